#if defined(__x86_64__)
#define LINEAR_TABLE oven_linear_amx
#define LINEAR_NAME "amx"
#define LINEAR_TARGET \
  "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,amx-tile,amx-bf16"
#define LINEAR_DOT_AVX512
#define LINEAR_BF16
#define LINEAR_TILES
#include "LinearBody.h"
#endif
