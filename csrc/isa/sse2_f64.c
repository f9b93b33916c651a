#define FSP_DOUBLE 1
#include "../kernels/vec_sse2.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_sse2_f64 = FSP_KERNEL_TABLE("sse2");
