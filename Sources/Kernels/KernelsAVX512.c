#if defined(__x86_64__)
#define OVEN_TABLE oven_kernels_avx512
#define OVEN_NAME "avx512"
#define OVEN_TARGET "avx512f,avx512bw,avx512vl,avx512dq"
#define OVEN_TILE 8
#include "KernelBody.h"
#endif
