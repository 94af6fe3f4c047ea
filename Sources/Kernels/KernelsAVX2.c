#if defined(__x86_64__)
#define OVEN_TABLE oven_kernels_avx2
#define OVEN_NAME "avx2"
#define OVEN_TARGET "avx2"
#include "KernelBody.h"
#endif
