/* The conversation of a program that is no C: a function that modules can call like any other. */

#include "reach.h"

#include <security/pam_appl.h>
#include <stddef.h>

/*
 * Whoever serves the calls of a program that is no C puts this function into the handle, and the
 * handle beside it as its pointer. Being C, it refuses by itself when the program fails to answer.
 */
PAMKIT_EXPORT int pamkit_converse(int count, const struct pam_message **messages,
                                  struct pam_response **responses, void *handle);

PAMKIT_EXPORT int pamkit_converse(int count, const struct pam_message **messages,
                                  struct pam_response **responses, void *handle)
{
    if (count <= 0 || count > PAM_MAX_NUM_MSG || messages == NULL || responses == NULL) {
        return PAM_CONV_ERR;
    }
    *responses = NULL;
    struct pamkit_call call = PAMKIT_CALL(PAM_CONV_ERR, (pamkit_word)handle, (pamkit_word)count,
                                          (pamkit_word)messages);
    pamkit_reach(PAMKIT_CONVERSE, &call);
    int code = (int)call.answer;
    if ((pamkit_word)code != call.answer || code != PAM_SUCCESS) {
        return code == PAM_CONV_AGAIN ? PAM_CONV_AGAIN : PAM_CONV_ERR;
    }
    *responses = (struct pam_response *)call.out;
    return PAM_SUCCESS; /* it was served, and every answer is laid out */
}
