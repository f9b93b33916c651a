#define FSP_DOUBLE 0
#include "../kernels/vec_neon.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_neon_f32 = FSP_KERNEL_TABLE("neon");
