// Batch normalization with the batch's own statistics, its gradient, and what is folded into their
// passes: ReLU, residual, select. All of it waits for memory, so passes are what counts; where a ReLU
// zeroed is found again from its input, by the same arithmetic, instead of being read.

typedef double unaligned_doubles __attribute__((vector_size(8 * SK_LANES), aligned(8), may_alias));
typedef double doubles __attribute__((vector_size(8 * SK_LANES)));

/// Sums of a block, in as many chains as hide the latency of an addition.
constexpr int chains = 4;

/// Positions that are summed in float32 before the sum goes on in float64: two for each chain. The sums
/// decide what every ReLU of a channel sees, and cost nothing beside the memory.
constexpr size_t stretch = 8;

SK_INLINE vec total(const vec *part) { return (part[0] + part[1]) + (part[2] + part[3]); }

SK_INLINE void add_to(double *sums, vec v) {
  *(unaligned_doubles *)sums += __builtin_convertvector(v, doubles);
}

/// What a ReLU of y lets through of its gradient v; all, where y is not a number.
SK_INLINE vec where_positive(vec y, vec v) { return y <= 0 ? vec{} : v; }

static void moments(
    int blocks, size_t positions, const float *pivot, const void *source, double *sums,
    double *squares) {
  const element *input = (const element *)source;
  for (int b = 0; b < blocks; b++, sums += lanes, squares += lanes) {
    const vec middle = pivot ? load(pivot + (size_t)b * lanes) : vec{};
    size_t i = 0;
    while (i < positions) {
      vec sum[chains] = {}, square[chains] = {};
      const size_t end = positions - i < stretch ? positions : i + stretch;
      for (; i + chains <= end; i += chains, input += chains * lanes) {
        SK_UNROLL for (int k = 0; k < chains; k++) {
          const vec x = load(input + k * lanes) - middle;
          sum[k] += x;
          square[k] += x * x;
        }
      }
      for (; i < end; i++, input += lanes) {
        const vec x = load(input) - middle;
        sum[0] += x;
        square[0] += x * x;
      }
      add_to(sums, total(sum));
      add_to(squares, total(square));
    }
  }
}

template <bool rectify, bool adds, bool stores>
static void normalize_as(
    int blocks, size_t positions, const sk_norm &norm, const element *input, const element *residual,
    element *output, float *sums) {
  for (int b = 0; b < blocks; b++) {
    const vec scale = load(norm.scale + (size_t)b * lanes);
    const vec shift = load(norm.shift + (size_t)b * lanes);
    vec sum[chains] = {};
    size_t i = 0, at = b * positions * lanes;
    const auto one = [&](size_t p, vec &sum) __attribute__((always_inline)) {
      vec y = load(input + p) * scale + shift;
      if constexpr (adds) y += load(residual + p);
      if constexpr (rectify) y = relu(y);
      sum += y;
      if constexpr (stores) store(output + p, y);
    };
    for (; i + chains <= positions; i += chains, at += chains * lanes) {
      SK_UNROLL for (int k = 0; k < chains; k++) one(at + k * lanes, sum[k]);
    }
    for (; i < positions; i++, at += lanes) one(at, sum[0]);
    if (sums) store(sums + (size_t)b * lanes, load(sums + (size_t)b * lanes) + total(sum));
  }
}

static void normalize(
    int blocks, size_t positions, const sk_norm &norm, int relu, const void *input,
    const void *residual, void *output, float *sums) {
  const auto run = !output
      ? (residual ? (relu ? normalize_as<true, true, false> : normalize_as<false, true, false>)
                  : (relu ? normalize_as<true, false, false> : normalize_as<false, false, false>))
      : (residual ? (relu ? normalize_as<true, true, true> : normalize_as<false, true, true>)
                  : (relu ? normalize_as<true, false, true> : normalize_as<false, false, true>));
  run(
      blocks, positions, norm, (const element *)input, (const element *)residual, (element *)output,
      sums);
}

static void normalize_select(
    int blocks, size_t positions, int count, const sk_norm *norms, const void *const *inputs,
    const float *weights, void *target) {
  element *output = (element *)target;
  const size_t row = (size_t)blocks * lanes;
  for (int b = 0; b < blocks; b++) {
    const size_t channel = (size_t)b * lanes, base = channel * positions;
    const auto weight = [&](int m) __attribute__((always_inline)) {
      return weights ? load(weights + m * row + channel) : splat(1);
    };
    if (count == 2) {
      const vec a = weight(0), s = load(norms[0].scale + channel);
      const vec h = load(norms[0].shift + channel);
      const vec a1 = weight(1), s1 = load(norms[1].scale + channel);
      const vec h1 = load(norms[1].shift + channel);
      const element *p = (const element *)inputs[0] + base, *q = (const element *)inputs[1] + base;
      for (size_t i = 0; i < positions * lanes; i += lanes) {
        store(
            output + base + i,
            a * relu(load(p + i) * s + h) + a1 * relu(load(q + i) * s1 + h1));
      }
      continue;
    }
    for (size_t i = 0; i < positions * lanes; i += lanes) {
      vec sum = {};
      for (int m = 0; m < count; m++) {
        sum += weight(m) *
            relu(load(inputs, m, base + i) * load(norms[m].scale + channel) +
                 load(norms[m].shift + channel));
      }
      store(output + base + i, sum);
    }
  }
}

/// How the gradient is masked: not, by the sign of the normalized input, by that of the output.
enum Mask { unmasked, by_input, by_output };

template <Mask mask, bool counts>
static void norm_gradient_sums_as(
    int blocks, size_t positions, const sk_norm &norm, const element *input,
    const element *gradient, const element *output, element *masked, const sk_norm_sums &sums) {
  for (int b = 0; b < blocks; b++) {
    const size_t channel = (size_t)b * lanes;
    const vec scale = load(norm.scale + channel), shift = load(norm.shift + channel);
    const vec mean = load(norm.mean + channel);
    vec first[chains] = {}, product[chains] = {}, positive[chains] = {}, deviation[chains] = {};
    size_t i = 0, at = channel * positions;
    const auto one = [&](size_t p, int k) __attribute__((always_inline)) {
      const vec x = load(input + p);
      vec g = load(gradient + p), y = {};
      if constexpr (mask == by_input) y = x * scale + shift;
      if constexpr (mask == by_output) y = load(output + p);
      if constexpr (mask != unmasked) g = where_positive(y, g);
      if constexpr (mask == by_output) store(masked + p, g);
      const vec centred = x - mean;
      first[k] += g;
      product[k] += g * centred;
      if constexpr (counts) {
        positive[k] += mask == unmasked ? splat(1) : where_positive(y, splat(1));
        deviation[k] += mask == unmasked ? centred : where_positive(y, centred);
      }
    };
    for (; i + chains <= positions; i += chains, at += chains * lanes) {
      SK_UNROLL for (int k = 0; k < chains; k++) one(at + k * lanes, k);
    }
    for (; i < positions; i++, at += lanes) one(at, 0);
    add_to(sums.gradient + channel, total(first));
    add_to(sums.product + channel, total(product));
    if constexpr (counts) {
      add_to(sums.positive + channel, total(positive));
      add_to(sums.deviation + channel, total(deviation));
    }
  }
}

static void norm_gradient_sums(
    int blocks, size_t positions, const sk_norm &norm, int relu, const void *input,
    const void *gradient, const void *output, void *masked, const sk_norm_sums &sums) {
  const bool counts = sums.positive;
  const auto run = output
      ? (counts ? norm_gradient_sums_as<by_output, true> : norm_gradient_sums_as<by_output, false>)
      : relu
      ? (counts ? norm_gradient_sums_as<by_input, true> : norm_gradient_sums_as<by_input, false>)
      : (counts ? norm_gradient_sums_as<unmasked, true> : norm_gradient_sums_as<unmasked, false>);
  run(
      blocks, positions, norm, (const element *)input, (const element *)gradient,
      (const element *)output, (element *)masked, sums);
}

template <bool rectified, bool accumulates>
static void norm_gradient_as(
    int blocks, size_t positions, const sk_norm &norm, const sk_norm_factors &factors,
    const element *input, const element *gradient, float *target) {
  for (int b = 0; b < blocks; b++) {
    const size_t channel = (size_t)b * lanes, base = channel * positions;
    const vec scale = load(norm.scale + channel), shift = load(norm.shift + channel);
    const vec a = load(factors.gradient + channel);
    const vec e = factors.addend ? load(factors.addend + channel) : vec{};
    const vec slope = load(factors.input + channel), constant = load(factors.constant + channel);
    for (size_t i = base; i < base + positions * lanes; i += lanes) {
      const vec x = load(input + i);
      vec g = load(gradient + i) * a + e;
      if constexpr (rectified) g = where_positive(x * scale + shift, g);
      vec d = x * slope + (g + constant);
      if constexpr (accumulates) d += load(target + i);
      store(target + i, d);
    }
  }
}

static void norm_gradient(
    int blocks, size_t positions, const sk_norm &norm, int relu, const sk_norm_factors &factors,
    const void *input, const void *gradient, int accumulate, float *target) {
  const auto run = relu ? (accumulate ? norm_gradient_as<true, true> : norm_gradient_as<true, false>)
                        : (accumulate ? norm_gradient_as<false, true> : norm_gradient_as<false, false>);
  run(
      blocks, positions, norm, factors, (const element *)input, (const element *)gradient, target);
}
