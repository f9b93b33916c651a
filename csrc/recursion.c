/* recursion: filters of the first order, along either axis of an array. */
#include "internal.h"

fsp_status fsp_recur(const fsp_recursion *r)
{
    const fsp_kernels *k = fsp_find_kernels(r->isa, r->precision);
    if (!k) return FSP_EBUG;
    const fsp_steps in = {r->in_channel, r->in_step}, out = {r->out_channel, r->out_step};
    k->recur(r->coefficients, r->n_channels, r->n, r->in, in, r->out, out, r->states);
    return FSP_OK;
}
