// The kernels for AVX-512: sixteen lanes, thirty-two registers.
#include "variants.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma"))), apply_to = function)
namespace {
#define SK_LANES 16
#define SK_REGISTERS 32
#define SK_BF16 0
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

const Variant sk_variant_avx512 = table;
const Gradients sk_gradients_avx512 = gradients;
#endif
