// The kernels for AVX2 and FMA: eight lanes, sixteen registers.
#include "variants.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx2,fma"))), apply_to = function)
namespace {
#define SK_LANES 8
#define SK_REGISTERS 16
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

const Variant sk_variant_avx2 = table;
const Gradients sk_gradients_avx2 = gradients;
#endif
