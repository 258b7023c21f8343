// libcrypto's EVP message digests.
#pragma once
#include <openssl/evp.h>
