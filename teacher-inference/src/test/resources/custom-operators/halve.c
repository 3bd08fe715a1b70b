/*
 * A library of custom operators for ONNX Runtime with one operator, example:Halve: half of a float32
 * tensor. It stands alone, without the runtime's header: what it uses of the C API, function pointers
 * whose places never change, is declared here.
 */
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define API_VERSION 1
#define OPERATOR_VERSION 13
#define FLOAT32 1

/* Places in OrtApi. */
enum {
  CREATE_CUSTOM_OP_DOMAIN = 26,
  CUSTOM_OP_DOMAIN_ADD = 27,
  ADD_CUSTOM_OP_DOMAIN = 28,
  GET_TENSOR_MUTABLE_DATA = 51,
  GET_DIMENSIONS_COUNT = 61,
  GET_DIMENSIONS = 62,
  GET_TENSOR_TYPE_AND_SHAPE = 65,
  KERNEL_CONTEXT_GET_INPUT = 90,
  KERNEL_CONTEXT_GET_OUTPUT = 91,
  RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99
};

typedef void *(*Function)(void);
typedef struct {
  const Function *(*get_api)(uint32_t version);
  const char *(*get_version)(void);
} ApiBase;

typedef struct Operator {
  uint32_t version;
  void *(*create)(const struct Operator *, const Function *api, const void *info);
  const char *(*name)(const struct Operator *);
  const char *(*provider)(const struct Operator *);
  int (*input_type)(const struct Operator *, size_t);
  size_t (*inputs)(const struct Operator *);
  int (*output_type)(const struct Operator *, size_t);
  size_t (*outputs)(const struct Operator *);
  void (*compute)(void *kernel, void *context);
  void (*destroy)(void *kernel);
  int (*input_characteristic)(const struct Operator *, size_t);
  int (*output_characteristic)(const struct Operator *, size_t);
  int (*input_memory)(const struct Operator *, size_t);
  void *of_later_versions[32];
} Operator;

static const Function *api;

static void *create(const Operator *op, const Function *with, const void *info) {
  (void)with;
  (void)info;
  return (void *)op;
}

static const char *name(const Operator *op) {
  (void)op;
  return "Halve";
}

static const char *provider(const Operator *op) {
  (void)op;
  return NULL;
}

static int type(const Operator *op, size_t index) {
  (void)op;
  (void)index;
  return FLOAT32;
}

/* Required, and in the device's own memory. */
static int usual(const Operator *op, size_t index) {
  (void)op;
  (void)index;
  return 0;
}

static size_t one(const Operator *op) {
  (void)op;
  return 1;
}

static void compute(void *kernel, void *context) {
  void *in = NULL, *out = NULL, *shape = NULL;
  float *from = NULL, *to = NULL;
  size_t count = 0;
  int64_t dimensions[8];
  (void)kernel;
  ((void *(*)(const void *, size_t, void **))api[KERNEL_CONTEXT_GET_INPUT])(context, 0, &in);
  ((void *(*)(const void *, void **))api[GET_TENSOR_TYPE_AND_SHAPE])(in, &shape);
  ((void *(*)(const void *, size_t *))api[GET_DIMENSIONS_COUNT])(shape, &count);
  ((void *(*)(const void *, int64_t *, size_t))api[GET_DIMENSIONS])(shape, dimensions, count);
  ((void (*)(void *))api[RELEASE_TENSOR_TYPE_AND_SHAPE_INFO])(shape);
  ((void *(*)(void *, size_t, const int64_t *, size_t, void **))api[KERNEL_CONTEXT_GET_OUTPUT])(
      context, 0, dimensions, count, &out);
  ((void *(*)(void *, void **))api[GET_TENSOR_MUTABLE_DATA])(in, (void **)&from);
  ((void *(*)(void *, void **))api[GET_TENSOR_MUTABLE_DATA])(out, (void **)&to);
  int64_t length = 1;
  for (size_t i = 0; i < count; i++) {
    length *= dimensions[i];
  }
  for (int64_t i = 0; i < length; i++) {
    to[i] = from[i] / 2;
  }
}

static void destroy(void *kernel) {
  (void)kernel;
}

static const Operator halve = {OPERATOR_VERSION, create, name,    provider, type,  one,   type,
                               one,              compute, destroy, usual,    usual, usual, {NULL}};

/* What ONNX Runtime calls when it loads the library; a status is null where all is well. */
EXPORT void *RegisterCustomOps(void *options, const ApiBase *base) {
  void *domain = NULL;
  api = base->get_api(API_VERSION);
  void *status =
      ((void *(*)(const char *, void **))api[CREATE_CUSTOM_OP_DOMAIN])("example", &domain);
  if (status == NULL) {
    status = ((void *(*)(void *, const Operator *))api[CUSTOM_OP_DOMAIN_ADD])(domain, &halve);
  }
  if (status == NULL) {
    status = ((void *(*)(void *, void *))api[ADD_CUSTOM_OP_DOMAIN])(options, domain);
  }
  return status;
}
