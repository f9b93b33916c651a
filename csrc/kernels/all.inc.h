/* Every kernel for the instruction set and precision that the including stub has chosen. */

#define FSP_KERNEL_PROTOTYPE(result, name, parameters) static fsp_##name##_kernel k_##name;
FSP_ALL_KERNELS(FSP_KERNEL_PROTOTYPE)

#include "transpose.inc.h"
#include "gather.inc.h"
#include "condition.inc.h"
#include "complex_fft.inc.h"
#include "real_fft.inc.h"
#include "log.inc.h"
#include "bands.inc.h"
#include "summary.inc.h"
#include "tiles.inc.h"
#include "arrays.inc.h"
#include "phasor.inc.h"
#include "noise.inc.h"
#include "inverse.inc.h"
#include "inverse_fft.inc.h"
#include "vocoder.inc.h"
#include "recursion.inc.h"
#include "prediction.inc.h"
#include "median.inc.h"
#include "distance.inc.h"
#include "atoms.inc.h"
#include "pool.inc.h"
#include "pool_max.inc.h"
#include "samples.inc.h"

#define FSP_KERNEL_ENTRY(result, name, parameters) .name = k_##name,
#define FSP_KERNEL_TABLE(isa_name) \
    {.isa = isa_name, .lanes = LANES, .itemsize = sizeof(REAL), .atom_trios = TRIOS, FSP_ALL_KERNELS(FSP_KERNEL_ENTRY)}
