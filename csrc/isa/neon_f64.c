#define FSP_DOUBLE 1
#include "../kernels/vec_neon.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_neon_f64 = FSP_KERNEL_TABLE("neon");
