#define FSP_DOUBLE 0
#include "../kernels/vec_avx2.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_avx2_f32 = FSP_KERNEL_TABLE("avx2");
