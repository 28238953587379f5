/* test_hmac.c - HMAC-SHA-256 as others compute it. */
#include <string.h>

#include "base/hmac.h"
#include "base/str.h"
#include "unit.h"

static void check(struct bytes key, const char *text, const char *known)
{
    uint8_t mac[HMAC_BYTES], expected[HMAC_BYTES];

    ck_assert(str_unhex(known, expected, HMAC_BYTES));
    hmac_sha256(key, text, strlen(text), mac);
    ck_assert_mem_eq(mac, expected, HMAC_BYTES);
}

/* RFC 4231, test cases 2 and 6: a key shorter than a block, and one that is longer. */
START_TEST(known_answers)
{
    uint8_t longer[131];

    memset(longer, 0xaa, sizeof(longer));
    check((struct bytes){(const uint8_t *)"Jefe", 4}, "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    check((struct bytes){longer, sizeof(longer)}, "Test Using Larger Than Block-Size Key - Hash Key First",
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("hmac");

    UNIT_CASE(s, "known", known_answers);
    return s;
}
