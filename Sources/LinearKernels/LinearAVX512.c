#if defined(__x86_64__)
#define LINEAR_TABLE oven_linear_avx512
#define LINEAR_NAME "avx512"
#define LINEAR_TARGET "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#define LINEAR_DOT_AVX512
#define TILE_ROWS 6
#define TILE_VECTORS 2
#include "LinearBody.h"
#endif
