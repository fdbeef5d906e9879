// Forward-backward sums of lattice-free MMI for a batch, in single precision.
//
// A phone is one state: its first frame scores as output 2p, the others as 2p+1. The numerator
// runs along the phones that were said, some of which may be missing (log domain); the
// denominator over all phones by a bigram (probabilities, scaled frame by frame).
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEVER (-1e30f)
#define POSSIBLE(x) ((x) > -1e29f)

static inline float log_add(float a, float b) {
  float larger = a > b ? a : b, difference = a > b ? b - a : a - b;
  if (!POSSIBLE(larger)) return NEVER;
  return difference < -20 ? larger : larger + log1pf(expf(difference));
}

static inline float times(float a, float b) { return POSSIBLE(a) ? a + b : NEVER; }

// Entry: log probability of standing before state s at frame t, having left another one.
static void forward(const float *scores, int frames, int outputs, const int *phones,
                    const unsigned char *optional, int states, float *alpha, float *entry) {
  for (int s = 0; s < states; s++) alpha[s] = NEVER;
  alpha[0] = scores[2 * phones[0]];
  if (optional[0] && states > 1) alpha[1] = scores[2 * phones[1]];
  for (int t = 1; t < frames; t++) {
    const float *now = scores + t * outputs, *before = alpha + (t - 1) * states;
    for (int s = 0; s < states; s++) {
      float in = s ? before[s - 1] : NEVER;
      if (s > 1 && optional[s - 1]) in = log_add(in, before[s - 2]);
      entry[t * states + s] = in;
      alpha[t * states + s] = log_add(times(in, now[2 * phones[s]]),
                                      times(before[s], now[2 * phones[s] + 1]));
    }
  }
}

static void backward(const float *scores, int frames, int outputs, const int *phones,
                     const unsigned char *optional, int states, float *beta) {
  float *last = beta + (frames - 1) * states;
  for (int s = 0; s < states; s++) last[s] = NEVER;
  last[states - 1] = 0;
  if (optional[states - 1] && states > 1) last[states - 2] = 0;
  for (int t = frames - 2; t >= 0; t--) {
    const float *next = scores + (t + 1) * outputs, *after = beta + (t + 1) * states;
    for (int s = 0; s < states; s++) {
      float sum = times(after[s], next[2 * phones[s] + 1]);
      if (s + 1 < states) sum = log_add(sum, times(after[s + 1], next[2 * phones[s + 1]]));
      if (s + 2 < states && optional[s + 1])
        sum = log_add(sum, times(after[s + 2], next[2 * phones[s + 2]]));
      beta[t * states + s] = sum;
    }
  }
}

static void add_occupation(const float *scores, int frames, int outputs, const int *phones,
                           int states, const float *alpha, const float *entry,
                           const float *beta, float total, float *occupation) {
  for (int t = 0; t < frames; t++) {
    const float *now = scores + t * outputs;
    float *sum = occupation + t * outputs;
    for (int s = 0; s < states; s++) {
      float rest = beta[t * states + s] - total;
      int first = 2 * phones[s];
      if (!POSSIBLE(beta[t * states + s])) continue;
      if (!t) {
        if (POSSIBLE(alpha[s])) sum[first] += expf(alpha[s] + rest);
        continue;
      }
      float in = entry[t * states + s], stayed = alpha[(t - 1) * states + s];
      if (POSSIBLE(in)) sum[first] += expf(in + now[first] + rest);
      if (POSSIBLE(stayed)) sum[first + 1] += expf(stayed + now[first + 1] + rest);
    }
  }
}

static float numerator(const float *scores, int frames, int outputs, const int *phones,
                       const unsigned char *optional, int states, float *occupation) {
  size_t cells = (size_t)frames * states;
  float *alpha = malloc(3 * cells * sizeof(float)), *beta = alpha + cells, *entry = beta + cells;
  forward(scores, frames, outputs, phones, optional, states, alpha, entry);
  float total = alpha[cells - 1];
  if (optional[states - 1] && states > 1) total = log_add(total, alpha[cells - 2]);
  if (POSSIBLE(total)) {
    backward(scores, frames, outputs, phones, optional, states, beta);
    add_occupation(scores, frames, outputs, phones, states, alpha, entry, beta, total,
                   occupation);
  }
  free(alpha);
  return total;
}

// Probabilities of the outputs relative to each frame's largest; the sum of those logarithms.
static double exponentials(const float *scores, int frames, int outputs, float *likely) {
  double sum = 0;
  for (int t = 0; t < frames; t++) {
    const float *now = scores + t * outputs;
    float largest = now[0];
    for (int i = 1; i < outputs; i++) largest = now[i] > largest ? now[i] : largest;
    for (int i = 0; i < outputs; i++) likely[t * outputs + i] = expf(now[i] - largest);
    sum += largest;
  }
  return sum;
}

static double denominator_forward(const float *likely, int frames, int phones,
                                  const float *bigram, const float *initial, float *alpha,
                                  float *entry, float *scale) {
  double sum = 0;
  for (int t = 0; t < frames; t++) {
    float *now = alpha + t * phones, *in = entry + t * phones, *before = now - phones;
    const float *likelihood = likely + t * 2 * phones;
    float total = 0;
    if (!t) memcpy(in, initial, phones * sizeof(float));
    else {
      memset(in, 0, phones * sizeof(float));
      for (int from = 0; from < phones; from++)
        for (int to = 0; to < phones; to++) in[to] += before[from] * bigram[from * phones + to];
    }
    for (int p = 0; p < phones; p++) {
      now[p] = in[p] * likelihood[2 * p] + (t ? before[p] * likelihood[2 * p + 1] : 0);
      total += now[p];
    }
    for (int p = 0; p < phones; p++) now[p] /= total;
    scale[t] = total;
    sum += log(total);
  }
  return sum;
}

static void denominator_backward(const float *likely, int frames, int phones,
                                 const float *bigram, const float *alpha, const float *entry,
                                 const float *scale, float *work, float *occupation) {
  float *beta = work, *entered = work + phones, *earlier = work + 2 * phones;
  for (int p = 0; p < phones; p++) beta[p] = 1;
  for (int t = frames - 1; t >= 0; t--) {
    const float *likelihood = likely + t * 2 * phones, *in = entry + t * phones;
    const float *before = alpha + (t - 1) * phones;
    float *sum = occupation + t * 2 * phones;
    for (int p = 0; p < phones; p++) {
      entered[p] = likelihood[2 * p] * beta[p] / scale[t];
      sum[2 * p] = in[p] * entered[p];
      sum[2 * p + 1] = t ? before[p] * likelihood[2 * p + 1] * beta[p] / scale[t] : 0;
    }
    if (!t) break;
    for (int from = 0; from < phones; from++) {
      float value = likelihood[2 * from + 1] * beta[from] / scale[t];
      for (int to = 0; to < phones; to++) value += bigram[from * phones + to] * entered[to];
      earlier[from] = value;
    }
    memcpy(beta, earlier, phones * sizeof(float));
  }
}

static float denominator(const float *scores, int frames, int outputs, const float *bigram,
                         const float *initial, float *occupation) {
  int phones = outputs / 2;
  size_t cells = (size_t)frames * phones;
  float *likely = malloc((4 * cells + frames + 3 * phones) * sizeof(float));
  float *alpha = likely + 2 * cells, *entry = alpha + cells, *scale = entry + cells;
  double total = exponentials(scores, frames, outputs, likely);
  total += denominator_forward(likely, frames, phones, bigram, initial, alpha, entry, scale);
  denominator_backward(likely, frames, phones, bigram, alpha, entry, scale, scale + frames,
                       occupation);
  free(likely);
  return (float)total;
}

// Scores: batch by frames by outputs, as the occupations, which are given as zeros. Phones and
// optional: batch by states. A total below -1e29: the utterance is too short for its phones.
void lf_mmi(const float *scores, const int *lengths, const int *phones,
            const unsigned char *optional, const int *states, int batch, int frames,
            int most_states, int outputs, const float *bigram, const float *initial,
            float *numerator_occupation, float *denominator_occupation, float *numerator_total,
            float *denominator_total) {
#pragma omp parallel for schedule(dynamic, 1)
  for (int b = 0; b < batch; b++) {
    size_t at = (size_t)b * frames * outputs;
    numerator_total[b] =
        numerator(scores + at, lengths[b], outputs, phones + b * most_states,
                  optional + b * most_states, states[b], numerator_occupation + at);
    denominator_total[b] = denominator(scores + at, lengths[b], outputs, bigram, initial,
                                       denominator_occupation + at);
  }
}
