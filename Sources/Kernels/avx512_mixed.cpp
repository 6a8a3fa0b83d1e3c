// The kernels for training with AVX-512 and BF16: activations in bfloat16, widened to be multiplied.
#include "variants.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512bf16,avx2,fma"))), apply_to = function)
namespace {
#define SK_LANES 16
#define SK_REGISTERS 32
#define SK_BF16 1
#define SK_PAIRS 0
#include "vector.h"
#include "copies.h"
#include "convolve.h"
#include "elementwise.h"
#include "input_gradient.h"
#include "weight_gradient.h"
#include "normalization.h"
#include "elementwise_gradients.h"
#include "table.h"
#include "gradients_table.h"
}  // namespace
#pragma clang attribute pop

const Variant sk_variant_avx512_mixed = table;
const Gradients sk_gradients_avx512_mixed = gradients;
#endif
