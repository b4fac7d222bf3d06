/* Twenty transactions of all kinds, for memcheck and the sanitizers to look at. */

#include "driver.h"

static int silent(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    return PAM_CONV_ERR;
}

int main(void)
{
    struct pam_conv conv = { silent, NULL };
    for (int left = 4; left > 0; left--) {
        check_both("asks", "one of twenty");
        wants_refusal(with_password("deny", "right"), "one of twenty");
        wants_refusal(with_password("unix", "wrong"), "one of twenty");
        wants_refusal(transaction("asks", &conv), "one of twenty");
    }
    return FINE;
}
