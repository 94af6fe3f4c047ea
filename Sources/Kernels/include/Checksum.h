// XXH3, 128 bits, seed 0: a published hash that is not cryptographic and runs at the speed of memory.
//
// Written after doc/xxhash_spec.md of https://github.com/Cyan4973/xxHash; little-endian machines only.

#ifndef OVEN_CHECKSUM_H
#define OVEN_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// A hash that is being computed over bytes that come in pieces.
typedef struct {
  uint64_t accumulators[8];
  /// The 64 bytes before the block, then the block that is being filled; the last block waits for the end.
  uint8_t bytes[64 + 1024];
  size_t filled;
  uint64_t total;
} oven_checksum;

/// The hash: its canonical form is `high` and then `low`, most significant byte first.
typedef struct {
  uint64_t high, low;
} oven_checksum_value;

/// Begins a hash.
void oven_checksum_begin(oven_checksum *state);

/// Takes the next bytes.
void oven_checksum_add(oven_checksum *state, const void *bytes, size_t count);

/// The hash of the bytes so far; more may follow.
oven_checksum_value oven_checksum_end(const oven_checksum *state);

#endif
