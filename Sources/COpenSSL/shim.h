// libcrypto's message digests: EVP, and SHA-256 with its state open, which EVP hides.
#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
