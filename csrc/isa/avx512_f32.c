#define FSP_DOUBLE 0
#include "../kernels/vec_avx512.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_avx512_f32 = FSP_KERNEL_TABLE("avx512");
