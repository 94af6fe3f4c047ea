#if defined(__x86_64__)
#define LINEAR_TABLE oven_linear_avx2
#define LINEAR_NAME "avx2"
#define LINEAR_TARGET "avx2,fma,f16c"
#define LINEAR_DOT_AVX2
#define TILE_ROWS 6
#define TILE_VECTORS 1
#include "LinearBody.h"
#endif
