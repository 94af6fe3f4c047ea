// The inner loop of XXH3 (Checksum.h): whole blocks of 16 stripes of 64 bytes. Part of KernelBody.h.

typedef uint64_t vu64 __attribute__((ext_vector_type(8)));

INLINE vu64 load_stripe(const uint8_t *at) {
  vu64 value;
  memcpy(&value, at, sizeof value);
  return value;
}

INLINE vu64 accumulated(vu64 sums, const uint8_t *stripe, const uint8_t *secret) {
  vu64 data = load_stripe(stripe), mixed = data ^ load_stripe(secret);
  sums += __builtin_shufflevector(data, data, 1, 0, 3, 2, 5, 4, 7, 6);
  return sums + (mixed & 0xFFFFFFFF) * (mixed >> 32);
}

static void add_stripes(uint64_t *accumulators, const uint8_t *bytes, size_t stripes, const uint8_t *secret) {
  vu64 sums;
  memcpy(&sums, accumulators, sizeof sums);
  for (size_t stripe = 0; stripe < stripes; stripe++)
    sums = accumulated(sums, bytes + 64 * stripe, secret + 8 * stripe);
  memcpy(accumulators, &sums, sizeof sums);
}

static void add_blocks(uint64_t *accumulators, const uint8_t *bytes, size_t blocks, const uint8_t *secret) {
  vu64 sums, last = load_stripe(secret + 128);
  memcpy(&sums, accumulators, sizeof sums);
  for (size_t block = 0; block < blocks; block++, bytes += 1024) {
#pragma clang loop unroll(full)
    for (int stripe = 0; stripe < 16; stripe++)
      sums = accumulated(sums, bytes + 64 * stripe, secret + 8 * stripe);
    sums = (sums ^ sums >> 47 ^ last) * 0x9E3779B1u;
  }
  memcpy(accumulators, &sums, sizeof sums);
}
