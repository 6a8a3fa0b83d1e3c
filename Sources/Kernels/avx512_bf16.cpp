// The kernels for AVX-512 with BF16: activations and weights in bfloat16, sums in float.
#include "variants.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512bf16,avx2,fma"))), apply_to = function)
namespace {
#define SK_LANES 16
#define SK_REGISTERS 32
#define SK_BF16 1
#define SK_PAIRS 1
#include "vector.h"
#include "copies.h"
#include "convolve.h"
#include "elementwise.h"
#include "table.h"
}  // namespace
#pragma clang attribute pop

const Variant sk_variant_avx512_bf16 = table;
#endif
