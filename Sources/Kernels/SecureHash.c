#include "SecureHash.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated_right(uint32_t x, int n) { return x >> n | x << (32 - n); }
static inline uint32_t rotated_left(uint32_t x, int n) { return x << n | x >> (32 - n); }

static inline uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// FIPS 180-4, section 6.2.2.
static void sha256_portable(uint32_t *words, const uint8_t *bytes, size_t blocks) {
  for (; blocks > 0; blocks--, bytes += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; t++) w[t] = big_endian(bytes + 4 * t);
    for (int t = 16; t < 64; t++) {
      const uint32_t a = w[t - 15], b = w[t - 2];
      const uint32_t s0 = rotated_right(a, 7) ^ rotated_right(a, 18) ^ a >> 3;
      const uint32_t s1 = rotated_right(b, 17) ^ rotated_right(b, 19) ^ b >> 10;
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    uint32_t a = words[0], b = words[1], c = words[2], d = words[3];
    uint32_t e = words[4], f = words[5], g = words[6], h = words[7];
    for (int t = 0; t < 64; t++) {
      const uint32_t sum1 = rotated_right(e, 6) ^ rotated_right(e, 11) ^ rotated_right(e, 25);
      const uint32_t sum0 = rotated_right(a, 2) ^ rotated_right(a, 13) ^ rotated_right(a, 22);
      const uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + constants[t] + w[t];
      const uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const uint32_t next[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++) words[i] += next[i];
  }
}

#if defined(__x86_64__)
// The same with the processor's instructions: four steps of the schedule and two rounds at a time. The instructions want
// the words as (a, b, e, f) and (c, d, g, h), the highest lane first.
__attribute__((target("sha,sse4.1,ssse3"))) static void sha256_processor(uint32_t *words, const uint8_t *bytes,
                                                                           size_t blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  for (; blocks > 0; blocks--, bytes += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    _Pragma("clang loop unroll(full)") for (int t = 0; t < 16; t++) {
      if (t < 4) {
        w[t] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * t)), swap);
      } else {
        const __m128i before = w[(t + 3) % 4];
        __m128i next = _mm_sha256msg1_epu32(w[t % 4], w[(t + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(before, w[(t + 2) % 4], 4));
        w[t % 4] = _mm_sha256msg2_epu32(next, before);
      }
      __m128i sums = _mm_add_epi32(w[t % 4], _mm_loadu_si128((const __m128i *)(constants + 4 * t)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sums);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sums, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)words, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & 1u << 29)) return 0;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 19) && (c & 1u << 9);
}
#endif

typedef void (*compression)(uint32_t *, const uint8_t *, size_t);

static _Atomic(compression) chosen;
static atomic_int is_portable_only;

static compression sha256_compression(void) {
  if (atomic_load_explicit(&is_portable_only, memory_order_relaxed)) return sha256_portable;
  compression best = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (best) return best;
  best = sha256_portable;
#if defined(__x86_64__)
  if (has_instructions()) best = sha256_processor;
#endif
  atomic_store_explicit(&chosen, best, memory_order_relaxed);
  return best;
}

void oven_sha256_use_portable(int is_portable) { atomic_store(&is_portable_only, is_portable); }

// FIPS 180-4, section 6.1.2.
static void sha1_portable(uint32_t *words, const uint8_t *bytes, size_t blocks) {
  for (; blocks > 0; blocks--, bytes += 64) {
    uint32_t w[80];
    for (int t = 0; t < 16; t++) w[t] = big_endian(bytes + 4 * t);
    for (int t = 16; t < 80; t++) w[t] = rotated_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    uint32_t a = words[0], b = words[1], c = words[2], d = words[3], e = words[4];
    for (int t = 0; t < 80; t++) {
      uint32_t f, k;
      if (t < 20) {
        f = (b & c) ^ (~b & d), k = 0x5a827999;
      } else if (t < 40) {
        f = b ^ c ^ d, k = 0x6ed9eba1;
      } else if (t < 60) {
        f = (b & c) ^ (b & d) ^ (c & d), k = 0x8f1bbcdc;
      } else {
        f = b ^ c ^ d, k = 0xca62c1d6;
      }
      const uint32_t next = rotated_left(a, 5) + f + e + k + w[t];
      e = d, d = c, c = rotated_left(b, 30), b = a, a = next;
    }
    words[0] += a, words[1] += b, words[2] += c, words[3] += d, words[4] += e;
  }
}

static void begin(oven_secure_hash *state, const uint32_t *words, size_t count) {
  memset(state, 0, sizeof *state);
  memcpy(state->words, words, count * sizeof *words);
}

static void add(oven_secure_hash *state, const void *bytes, size_t count, compression compress) {
  const uint8_t *p = bytes;
  const size_t filled = state->total % 64;
  state->total += count;
  if (filled > 0) {
    const size_t taken = count < 64 - filled ? count : 64 - filled;
    memcpy(state->block + filled, p, taken);
    if (filled + taken < 64) return;
    compress(state->words, state->block, 1);
    p += taken, count -= taken;
  }
  compress(state->words, p, count / 64);
  memcpy(state->block, p + count / 64 * 64, count % 64);
}

// A one, zeros, and the number of bits fill the last block.
static void end(const oven_secure_hash *state, uint8_t *digest, size_t words, compression compress) {
  static const uint8_t padding[64] = {0x80};
  oven_secure_hash last = *state;
  const size_t filled = state->total % 64;
  add(&last, padding, (filled < 56 ? 56 : 120) - filled, compress);
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(state->total * 8 >> (56 - 8 * i));
  add(&last, length, 8, compress);
  for (size_t i = 0; i < 4 * words; i++) digest[i] = (uint8_t)(last.words[i / 4] >> (24 - 8 * (i % 4)));
}

void oven_sha256_begin(oven_secure_hash *state) {
  static const uint32_t words[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  begin(state, words, 8);
}

void oven_sha256_add(oven_secure_hash *state, const void *bytes, size_t count) {
  if (count > 0) add(state, bytes, count, sha256_compression());
}

void oven_sha256_end(const oven_secure_hash *state, uint8_t *digest) { end(state, digest, 8, sha256_compression()); }

void oven_sha1_begin(oven_secure_hash *state) {
  static const uint32_t words[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  begin(state, words, 5);
}

void oven_sha1_add(oven_secure_hash *state, const void *bytes, size_t count) {
  if (count > 0) add(state, bytes, count, sha1_portable);
}

void oven_sha1_end(const oven_secure_hash *state, uint8_t *digest) { end(state, digest, 5, sha1_portable); }
