// SHA-256 and SHA-1 (FIPS 180-4): what hubs and manifests name contents by.

#ifndef OVEN_SECURE_HASH_H
#define OVEN_SECURE_HASH_H

#include <stddef.h>
#include <stdint.h>

/// A hash that is being computed over bytes that come in pieces.
typedef struct {
  uint32_t words[8];
  /// The block that is being filled.
  uint8_t block[64];
  uint64_t total;
} oven_secure_hash;

/// Begins SHA-256.
void oven_sha256_begin(oven_secure_hash *state);

/// Takes the next bytes.
void oven_sha256_add(oven_secure_hash *state, const void *bytes, size_t count);

/// Writes the 32 bytes of the hash so far; more may follow.
void oven_sha256_end(const oven_secure_hash *state, uint8_t *digest);

/// Begins SHA-1, which git names contents by. It finds damage, and no longer forgery.
void oven_sha1_begin(oven_secure_hash *state);

/// Takes the next bytes.
void oven_sha1_add(oven_secure_hash *state, const void *bytes, size_t count);

/// Writes the 20 bytes of the hash so far; more may follow.
void oven_sha1_end(const oven_secure_hash *state, uint8_t *digest);

/// Leaves the processor's own instructions for SHA-256 out where `is_portable` is not 0, for tests.
void oven_sha256_use_portable(int is_portable);

#endif
