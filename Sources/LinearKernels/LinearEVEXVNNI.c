// The code of LinearAVX2VNNI.c in the encodings of AVX-512, so that machines without AVX-VNNI can test it.
#if defined(__x86_64__)
#define LINEAR_TABLE oven_linear_evex_vnni
#define LINEAR_NAME "avx2-vnni by avx512"
#define LINEAR_TARGET "avx2,fma,f16c,avx512f,avx512vl,avx512vnni,prefer-256-bit"
#define LINEAR_DOT_HALVES _mm256_dpbusd_epi32
#define TILE_ROWS 5
#define TILE_VECTORS 1
#include "LinearBody.h"
#endif
