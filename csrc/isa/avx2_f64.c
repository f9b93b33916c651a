#define FSP_DOUBLE 1
#include "../kernels/vec_avx2.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_avx2_f64 = FSP_KERNEL_TABLE("avx2");
