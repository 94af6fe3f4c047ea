#if defined(__x86_64__)
#define LINEAR_TABLE oven_linear_avx2_vnni
#define LINEAR_NAME "avx2-vnni"
#define LINEAR_TARGET "avx2,fma,f16c,avxvnni"
#define LINEAR_DOT_HALVES _mm256_dpbusd_avx_epi32
#define TILE_ROWS 5
#define TILE_VECTORS 1
#include "LinearBody.h"
#endif
