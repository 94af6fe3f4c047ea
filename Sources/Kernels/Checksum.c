#include "Checksum.h"

#include "KernelTable.h"

#include <string.h>

typedef unsigned __int128 wide;

enum { block_size = 1024, stripe_size = 64 };

static const uint64_t prime32_1 = 0x9E3779B1, prime32_2 = 0x85EBCA77, prime32_3 = 0xC2B2AE3D;
static const uint64_t prime64_1 = 0x9E3779B185EBCA87, prime64_2 = 0xC2B2AE3D27D4EB4F;
static const uint64_t prime64_3 = 0x165667B19E3779F9, prime64_4 = 0x85EBCA77C2B2AE63;
static const uint64_t prime64_5 = 0x27D4EB2F165667C5;
static const uint64_t prime_mx1 = 0x165667919E3779F9, prime_mx2 = 0x9FB21C651E98DF25;

static const uint8_t secret[192] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

static uint64_t word(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint32_t half_word(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint64_t secret_pair(size_t offset) { return word(secret + offset) ^ word(secret + offset + 8); }

static uint64_t folded_product(uint64_t a, uint64_t b) {
  wide product = (wide)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t avalanche(uint64_t x) {
  x = (x ^ x >> 37) * prime_mx1;
  return x ^ x >> 32;
}

static uint64_t avalanche_xxh64(uint64_t x) {
  x = (x ^ x >> 33) * prime64_2;
  x = (x ^ x >> 29) * prime64_3;
  return x ^ x >> 32;
}

static oven_checksum_value of_0_to_3(const uint8_t *input, size_t length) {
  if (length == 0)
    return (oven_checksum_value){avalanche_xxh64(secret_pair(80)), avalanche_xxh64(secret_pair(64))};
  uint32_t combined = input[length - 1] | (uint32_t)length << 8 | (uint32_t)input[0] << 16 |
                      (uint32_t)input[length >> 1] << 24;
  uint32_t swapped = __builtin_bswap32(combined);
  uint64_t low = (half_word(secret) ^ half_word(secret + 4)) ^ (uint64_t)combined;
  uint64_t high =
      (half_word(secret + 8) ^ half_word(secret + 12)) ^ (uint64_t)(swapped << 13 | swapped >> 19);
  return (oven_checksum_value){avalanche_xxh64(high), avalanche_xxh64(low)};
}

static oven_checksum_value of_4_to_8(const uint8_t *input, size_t length) {
  uint64_t combined = half_word(input) | (uint64_t)half_word(input + length - 4) << 32;
  wide product = (wide)(secret_pair(16) ^ combined) * (prime64_1 + (length << 2));
  uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64) + (low << 1);
  low ^= high >> 3;
  low = (low ^ low >> 35) * prime_mx2;
  return (oven_checksum_value){avalanche(high), low ^ low >> 28};
}

static oven_checksum_value of_9_to_16(const uint8_t *input, size_t length) {
  uint64_t first = word(input), last = word(input + length - 8);
  uint64_t one = secret_pair(32) ^ first ^ last, two = secret_pair(48) ^ last;
  wide product = (wide)one * prime64_1;
  uint64_t low = (uint64_t)product + ((uint64_t)(length - 1) << 54);
  uint64_t high = (uint64_t)(product >> 64) + (two >> 32 << 32) + (two & 0xFFFFFFFF) * prime32_2;
  low ^= __builtin_bswap64(high);
  product = (wide)low * prime64_2;
  high = (uint64_t)(product >> 64) + high * prime64_2;
  return (oven_checksum_value){avalanche(high), avalanche((uint64_t)product)};
}

static uint64_t mixed(const uint8_t *data, size_t offset) {
  return folded_product(word(data) ^ word(secret + offset), word(data + 8) ^ word(secret + offset + 8));
}

static void mix_two(uint64_t sums[2], const uint8_t *one, const uint8_t *two, size_t offset) {
  sums[0] = (sums[0] + mixed(one, offset)) ^ (word(two) + word(two + 8));
  sums[1] = (sums[1] + mixed(two, offset + 16)) ^ (word(one) + word(one + 8));
}

static oven_checksum_value of_17_to_240(const uint8_t *input, size_t length) {
  uint64_t sums[2] = {length * prime64_1, 0};
  if (length <= 128) {
    for (size_t i = (length - 1) / 32 + 1; i-- > 0;)
      mix_two(sums, input + 16 * i, input + length - 16 * i - 16, 32 * i);
  } else {
    for (size_t i = 0; i < 4; i++) mix_two(sums, input + 32 * i, input + 32 * i + 16, 32 * i);
    sums[0] = avalanche(sums[0]);
    sums[1] = avalanche(sums[1]);
    for (size_t i = 4; i < length / 32; i++)
      mix_two(sums, input + 32 * i, input + 32 * i + 16, (i - 4) * 32 + 3);
    mix_two(sums, input + length - 16, input + length - 32, 103);
  }
  uint64_t high = sums[0] * prime64_1 + sums[1] * prime64_4 + length * prime64_2;
  return (oven_checksum_value){0 - avalanche(high), avalanche(sums[0] + sums[1])};
}

static uint64_t merged(const uint64_t sums[8], uint64_t start, size_t offset) {
  for (size_t i = 0; i < 8; i += 2)
    start += folded_product(sums[i] ^ word(secret + offset + 8 * i),
                            sums[i + 1] ^ word(secret + offset + 8 * i + 8));
  return avalanche(start);
}

void oven_checksum_begin(oven_checksum *state) {
  const uint64_t start[8] = {prime32_3, prime64_1, prime64_2, prime64_3,
                             prime64_4, prime32_2, prime64_5, prime32_1};
  memcpy(state->accumulators, start, sizeof start);
  state->filled = 0;
  state->total = 0;
}

void oven_checksum_add(oven_checksum *state, const void *bytes, size_t count) {
  const uint8_t *at = bytes;
  uint8_t *block = state->bytes + stripe_size;
  state->total += count;
  if (count == 0) return;
  // A full block is mixed only when more follows: the last one is treated differently.
  if (state->filled && state->filled + count > block_size) {
    size_t part = block_size - state->filled;
    memcpy(block + state->filled, at, part);
    oven_kernels()->add_blocks(state->accumulators, block, 1, secret);
    memcpy(state->bytes, block + block_size - stripe_size, stripe_size);
    state->filled = 0;
    at += part;
    count -= part;
  }
  size_t blocks = state->filled ? 0 : (count - 1) / block_size;
  if (blocks) {
    oven_kernels()->add_blocks(state->accumulators, at, blocks, secret);
    at += blocks * block_size;
    count -= blocks * block_size;
    memcpy(state->bytes, at - stripe_size, stripe_size);
  }
  memcpy(block + state->filled, at, count);
  state->filled += count;
}

oven_checksum_value oven_checksum_end(const oven_checksum *state) {
  const uint8_t *block = state->bytes + stripe_size;
  if (state->total <= 3) return of_0_to_3(block, state->filled);
  if (state->total <= 8) return of_4_to_8(block, state->filled);
  if (state->total <= 16) return of_9_to_16(block, state->filled);
  if (state->total <= 240) return of_17_to_240(block, state->filled);
  uint64_t sums[8];
  memcpy(sums, state->accumulators, sizeof sums);
  oven_kernels()->add_stripes(sums, block, (state->filled - 1) / stripe_size, secret);
  // The last 64 bytes, which may begin before the block.
  oven_kernels()->add_stripes(sums, block + state->filled - stripe_size, 1, secret + 192 - 71);
  return (oven_checksum_value){merged(sums, ~(state->total * prime64_2), 192 - 75),
                               merged(sums, state->total * prime64_1, 11)};
}
