// Four bytes times four bytes in each of 16 lanes: what the instruction sets differ in.
//
// dot_nibbles: sum + Σ code · x for codes up to 63. dot_bytes: the same for codes up to 255; where
// BYTES_ARE_CENTRED it is Σ (code − 128) · x, because the machine's 16-bit sums would overflow.
//
// dot_run: the same for up to `run_steps` steps, summed in whatever the machine multiplies into, from `run_of(sum)` on;
// `sum_of_run` is what came of it.

#if defined(LINEAR_DOT_AVX512)

INLINE vi dot_bytes(vi sum, vi codes, vi x) {
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)codes, (__m512i)x);
}
INLINE vi dot_nibbles(vi sum, vi codes, vi x) { return dot_bytes(sum, codes, x); }
#define BYTES_ARE_CENTRED 0

#elif defined(LINEAR_DOT_HALVES)

// Two halves of 256 bits by LINEAR_DOT_HALVES(sum, codes, x).
INLINE vi dot_bytes(vi sum, vi codes, vi x) {
  vi result;
  result.lo = (vi8)LINEAR_DOT_HALVES((__m256i)sum.lo, (__m256i)codes.lo, (__m256i)x.lo);
  result.hi = (vi8)LINEAR_DOT_HALVES((__m256i)sum.hi, (__m256i)codes.hi, (__m256i)x.hi);
  return result;
}
INLINE vi dot_nibbles(vi sum, vi codes, vi x) { return dot_bytes(sum, codes, x); }
#define BYTES_ARE_CENTRED 0

#elif defined(LINEAR_DOT_AVX2)

// Pairs of products are summed in 16 bits: 2 · 128 · 127 fits.
INLINE __m256i half_nibbles(__m256i sum, __m256i codes, __m256i x) {
  const __m256i pairs = _mm256_maddubs_epi16(codes, x);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
INLINE __m256i half_bytes(__m256i sum, __m256i codes, __m256i x) {
  const __m256i centred = _mm256_xor_si256(codes, _mm256_set1_epi8((char)0x80));
  return half_nibbles(sum, _mm256_abs_epi8(centred), _mm256_sign_epi8(x, centred));
}
INLINE vi dot_nibbles(vi sum, vi codes, vi x) {
  vi result;
  result.lo = (vi8)half_nibbles((__m256i)sum.lo, (__m256i)codes.lo, (__m256i)x.lo);
  result.hi = (vi8)half_nibbles((__m256i)sum.hi, (__m256i)codes.hi, (__m256i)x.hi);
  return result;
}
INLINE vi dot_bytes(vi sum, vi codes, vi x) {
  vi result;
  result.lo = (vi8)half_bytes((__m256i)sum.lo, (__m256i)codes.lo, (__m256i)x.lo);
  result.hi = (vi8)half_bytes((__m256i)sum.hi, (__m256i)codes.hi, (__m256i)x.hi);
  return result;
}
#define BYTES_ARE_CENTRED 1
#define RUNS_ARE_SHORT

// So many sums of pairs, of 2 · (2^bits − 1) · 127 at most, fit into 16 bits.
INLINE size_t run_steps(int bits) { return bits == 4 ? 8 : bits == 5 ? 4 : bits == 6 ? 2 : 1; }
INLINE vi run_of(vi sum) { return (vi)(0); }
INLINE __m256i half_run(int bits, __m256i run, __m256i codes, __m256i x) {
  if (bits < 8) return _mm256_add_epi16(run, _mm256_maddubs_epi16(codes, x));
  const __m256i centred = _mm256_xor_si256(codes, _mm256_set1_epi8((char)0x80));
  return _mm256_add_epi16(run, _mm256_maddubs_epi16(_mm256_abs_epi8(centred), _mm256_sign_epi8(x, centred)));
}
INLINE vi dot_run(int bits, vi run, vi codes, vi x) {
  run.lo = (vi8)half_run(bits, (__m256i)run.lo, (__m256i)codes.lo, (__m256i)x.lo);
  run.hi = (vi8)half_run(bits, (__m256i)run.hi, (__m256i)codes.hi, (__m256i)x.hi);
  return run;
}
// A short run times so many, for each two of it, in the lanes.
INLINE vi times_run(vi run, int16_t factor) {
  run.lo = (vi8)_mm256_madd_epi16((__m256i)run.lo, _mm256_set1_epi16(factor));
  run.hi = (vi8)_mm256_madd_epi16((__m256i)run.hi, _mm256_set1_epi16(factor));
  return run;
}
INLINE vi sum_of_run(vi sum, vi run) { return sum + times_run(run, 1); }

#else

INLINE vi dot_bytes(vi sum, vi codes, vi x) {
  for (int lane = 0; lane < 16; lane++) {
    const uint32_t c = (uint32_t)codes[lane];
    const uint32_t v = (uint32_t)x[lane];
    int32_t total = sum[lane];
    for (int byte = 0; byte < 4; byte++) {
      total += (int32_t)(uint8_t)(c >> (8 * byte)) * (int32_t)(int8_t)(uint8_t)(v >> (8 * byte));
    }
    sum[lane] = total;
  }
  return sum;
}
INLINE vi dot_nibbles(vi sum, vi codes, vi x) { return dot_bytes(sum, codes, x); }
#define BYTES_ARE_CENTRED 0

#endif

INLINE vi dot(int bits, vi sum, vi codes, vi x) {
  return bits < 8 ? dot_nibbles(sum, codes, x) : dot_bytes(sum, codes, x);
}

#if !defined(RUNS_ARE_SHORT)
INLINE size_t run_steps(int bits) { return SIZE_MAX; }
INLINE vi run_of(vi sum) { return sum; }
INLINE vi dot_run(int bits, vi run, vi codes, vi x) { return dot(bits, run, codes, x); }
INLINE vi sum_of_run(vi sum, vi run) { return run; }
#endif

// What codes without sign are above those that the scale multiplies: half of their range.
INLINE int32_t centre(int bits) { return 1 << (bits - 1); }

// Where a sum of products starts, so that it is about centred codes; `below` is the sum of the x, negated.
INLINE vi start_of(int bits, vi below) { return bits == 8 && BYTES_ARE_CENTRED ? (vi)(0) : below << (bits - 1); }
