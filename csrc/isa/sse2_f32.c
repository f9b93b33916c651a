#define FSP_DOUBLE 0
#include "../kernels/vec_sse2.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_sse2_f32 = FSP_KERNEL_TABLE("sse2");
