/* Certificates and keys made for these tests; nothing anywhere trusts them. */
#ifndef TESTS_KUBE_CERTIFICATES_H
#define TESTS_KUBE_CERTIFICATES_H

/* An authority. */
#define CA                                                                                         \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBOjCB4aADAgECAhRuE/gh68+8pqdeLwpe3eoni/D18TAKBggqhkjOPQQDAjAS\n"                           \
    "MRAwDgYDVQQDDAd0ZXN0LWNhMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw\n"                           \
    "MDAwWjASMRAwDgYDVQQDDAd0ZXN0LWNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD\n"                           \
    "QgAEXwZ6dW9BfjvXAd+X2BSnedttaD/qomRi6ZO8F8FuM+zZ7FfgkaRYlDlo4N94\n"                           \
    "vYVQMGTSFxhVAO8mAoQ+5CvIX6MTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO\n"                           \
    "PQQDAgNIADBFAiEAp1g7flGmJKGNeQAOKZ1zK4LzP5gqFnm6P4+gw91tFgQCIBPj\n"                           \
    "DOev4lIRDUil6jX7gv2sHiiAUrDvzQn9ZLlX1Fl3\n"                                                   \
    "-----END CERTIFICATE-----\n"

/* CN=admin, O=system:masters, valid from 2020 to 2120. */
#define CLIENT_CERT                                                                                \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBTjCB9aADAgECAhRIaxKP6qIIsWdttMbgsFD4fwAsMjAKBggqhkjOPQQDAjAS\n"                           \
    "MRAwDgYDVQQDDAd0ZXN0LWNhMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw\n"                           \
    "MDAwWjApMRcwFQYDVQQKDA5zeXN0ZW06bWFzdGVyczEOMAwGA1UEAwwFYWRtaW4w\n"                           \
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARIa+GQsuUwQPeDiL+XrSTnV0M9N8Lx\n"                           \
    "tOjd6dZ7smt6dEs22KjuU+Uf0ZuiMTHwgd87y2XqBkVer0dGaopIdIRgoxAwDjAM\n"                           \
    "BgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0gAMEUCIAdWH3oVTEFfx59vP/bj6qAp\n"                           \
    "yeQSr5RiHJLAUoFGSguMAiEAia1Z9n5CVTI9jERHW5RvC3hXe6+FE6kHPUIILx9l\n"                           \
    "fAY=\n"                                                                                       \
    "-----END CERTIFICATE-----\n"

/* Belongs to CLIENT_CERT, EXPIRED_CERT and FUTURE_CERT. */
#define CLIENT_KEY                                                                                 \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgafu8C40/aWcXyU5V\n"                           \
    "pUhFetuDUGFAi1p8JxGy97RPtlShRANCAARIa+GQsuUwQPeDiL+XrSTnV0M9N8Lx\n"                           \
    "tOjd6dZ7smt6dEs22KjuU+Uf0ZuiMTHwgd87y2XqBkVer0dGaopIdIRg\n"                                   \
    "-----END PRIVATE KEY-----\n"

/* CN=admin, expired on 2021-02-03T04:05:06Z. */
#define EXPIRED_CERT                                                                               \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBMjCB2qADAgECAhQ/0yLDPqOi91zs2+T9ZWKFGigz+jAKBggqhkjOPQQDAjAS\n"                           \
    "MRAwDgYDVQQDDAd0ZXN0LWNhMB4XDTIwMDEwMTAwMDAwMFoXDTIxMDIwMzA0MDUw\n"                           \
    "NlowEDEOMAwGA1UEAwwFYWRtaW4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARI\n"                           \
    "a+GQsuUwQPeDiL+XrSTnV0M9N8LxtOjd6dZ7smt6dEs22KjuU+Uf0ZuiMTHwgd87\n"                           \
    "y2XqBkVer0dGaopIdIRgoxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0cA\n"                           \
    "MEQCIBi9CU9wpaYIfBf0nSIArwd1Ce84AkZLtYJkeZU/hPx7AiB80V0clzPl/IXt\n"                           \
    "8U6gvobY9pAHUM+Hkk0I3AxNgMeb4w==\n"                                                           \
    "-----END CERTIFICATE-----\n"

/* CN=admin, not valid before 2110-01-01. */
#define FUTURE_CERT                                                                                \
    "-----BEGIN CERTIFICATE-----\n"                                                                \
    "MIIBNzCB3qADAgECAhRZsFZYA0VaI0UO3Y12eCCGGcMRnzAKBggqhkjOPQQDAjAS\n"                           \
    "MRAwDgYDVQQDDAd0ZXN0LWNhMCIYDzIxMTAwMTAxMDAwMDAwWhgPMjEyMDAxMDEw\n"                           \
    "MDAwMDBaMBAxDjAMBgNVBAMMBWFkbWluMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD\n"                           \
    "QgAESGvhkLLlMED3g4i/l60k51dDPTfC8bTo3enWe7JrenRLNtio7lPlH9GbojEx\n"                           \
    "8IHfO8tl6gZFXq9HRmqKSHSEYKMQMA4wDAYDVR0TAQH/BAIwADAKBggqhkjOPQQD\n"                           \
    "AgNIADBFAiEArGmvKH5rwhTCTsG2wUcP85L6Uy9BJHQGcsSwm2HPYUsCIEc6zbb+\n"                           \
    "gA2/Q5XLuqKR1oJIUJpsVYbBY+sq+aTDP/oo\n"                                                       \
    "-----END CERTIFICATE-----\n"

/* Belongs to no certificate. */
#define OTHER_KEY                                                                                  \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgk0RjlLvYlV2TSvXc\n"                           \
    "2n+PNsQGl7juGoKZ5nFJEoVG++ShRANCAAT4EILPCubqq5w+vpJqkpXVmL/yy+aY\n"                           \
    "9D2E7uaplEFHODwYAvSIpnUNwWjerlJkT8aQvpcS9eWFnoja183zXzmi\n"                                   \
    "-----END PRIVATE KEY-----\n"

/* CLIENT_KEY behind the passphrase "test". */
#define ENCRYPTED_KEY                                                                              \
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                                                      \
    "MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBAtCV5UwqmBcYSp43A+\n"                           \
    "qOaiAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQROFrbSL1Ygszy2lm\n"                           \
    "8W4skQSBkE2xCY46J7yPUZJfy451xyxcL9/XzJrfoZhn44pR9FsgRx/KveuoACBv\n"                           \
    "pzOTbEExelUgNt0D8pZRdjNLU7++fltAunTrc6ne6ymSoCiD+lUkRq2DS8Br7dAt\n"                           \
    "MS0Czujx+sHhlZLAQKK79xQy93Sa4r6k6tM+KE0pzbYl8iWqa4xI5bItUrRCQeFt\n"                           \
    "F+9zfBIwxg==\n"                                                                               \
    "-----END ENCRYPTED PRIVATE KEY-----\n"

/* … in the format of old, with a Proc-Type header. */
#define ENCRYPTED_OLD_KEY                                                                          \
    "-----BEGIN EC PRIVATE KEY-----\n"                                                             \
    "Proc-Type: 4,ENCRYPTED\n"                                                                     \
    "DEK-Info: AES-256-CBC,F84498647CB0496F3CF22D0240D80A8F\n"                                     \
    "\n"                                                                                           \
    "VMBs3/5iZJGckAPcChSUN8M+6+uK0ulUQKa3JfQpIa9xWGwewd76yhkmAr5CxRyK\n"                           \
    "dXmNGdG3RnTdvffSAfeeqmcMrA9os1TZtSRtGUIL6j3vOaoVwana58CpjzOECX5z\n"                           \
    "XFGSt5Z9Ih5iTQwoC2s3eEIMTorOy4J2V9NgIlmjdk0=\n"                                               \
    "-----END EC PRIVATE KEY-----\n"

#endif
