/* An application that reads its messages as Linux and as Solaris do, and modules of both kinds. */

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

/* Answers each prompt with its own text, if both readings find the same messages. */
int answer_both(int count, const struct pam_message **messages, struct pam_response **responses,
                void *read)
{
    struct pam_response *made = calloc((size_t)count, sizeof *made);
    for (int at = 0; at < count; at++) {
        const struct pam_message *ours = messages[at];       /* Linux-PAM, OpenPAM, AIX */
        const struct pam_message *theirs = &(*messages)[at]; /* Solaris, HP-UX */
        if (ours->msg_style != theirs->msg_style || strcmp(ours->msg, theirs->msg) != 0) {
            free(made);
            return PAM_CONV_ERR;
        }
        made[at].resp = strdup(theirs->msg);
        ++*(int *)read;
    }
    *responses = made;
    return PAM_SUCCESS;
}

/* Messages that lie apart and in another order than their pointers: Linux alone can read them. */
const struct pam_message **as_linux(void)
{
    static struct pam_message apart[5] = {
        [0] = {PAM_TEXT_INFO, "third"},
        [2] = {PAM_PROMPT_ECHO_ON, "second"},
        [4] = {PAM_PROMPT_ECHO_OFF, "first"},
    };
    static const struct pam_message *pointers[3] = {&apart[4], &apart[2], &apart[0]};
    return pointers;
}

/* One array, and pointers into it in order: what a module does that knows of both. */
const struct pam_message **as_both(void)
{
    static struct pam_message row[3] = {
        {PAM_PROMPT_ECHO_OFF, "first"}, {PAM_PROMPT_ECHO_ON, "second"}, {PAM_TEXT_INFO, "third"}};
    static const struct pam_message *pointers[3] = {&row[0], &row[1], &row[2]};
    return pointers;
}

/* A pointer to one array, of one message. */
const struct pam_message **as_solaris(void)
{
    static struct pam_message row[1] = {{PAM_PROMPT_ECHO_OFF, "first"}};
    static const struct pam_message *array = row;
    return &array;
}
