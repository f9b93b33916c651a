#define FSP_DOUBLE 1
#include "../kernels/vec_scalar.h"
#include "../kernels/all.inc.h"

const fsp_kernels fsp_kernels_scalar_f64 = FSP_KERNEL_TABLE("scalar");
