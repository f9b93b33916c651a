#define FSP_DOUBLE 0
#include "../kernels/vec_scalar.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_scalar_f32 = FSP_KERNEL_TABLE("scalar");
