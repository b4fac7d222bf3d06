/* What every program of this bench says to libpam: a transaction, and a password if it is asked. */

#ifndef PAMKIT_BENCH_APPLICANT_H
#define PAMKIT_BENCH_APPLICANT_H

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct applicant {
    const char *service;
    const char *user;
    const char *directory; /* of policies; NULL for the system's */
    const char *password;  /* NULL: nobody is at the terminal */
};

static int answer(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    const struct applicant *applicant = data;
    if (applicant->password == NULL)
        return PAM_CONV_ERR;
    struct pam_response *given = calloc((size_t)count, sizeof *given);
    for (int i = 0; given != NULL && i < count; i++) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            given[i].resp = strdup(applicant->password);
    }
    *responses = given;
    return given == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static inline pam_handle_t *start(const struct applicant *applicant)
{
    const struct pam_conv conversation = { answer, (void *)applicant };
    pam_handle_t *handle = NULL;
    int code = applicant->directory == NULL
                   ? pam_start(applicant->service, applicant->user, &conversation, &handle)
                   : pam_start_confdir(applicant->service, applicant->user, &conversation,
                                       applicant->directory, &handle);
    if (code != PAM_SUCCESS) {
        fprintf(stderr, "pam_start answers %d\n", code);
        exit(2);
    }
    return handle;
}

static inline void expect_success(int code, const char *what)
{
    if (code != PAM_SUCCESS) {
        fprintf(stderr, "%s answers %d\n", what, code);
        exit(2);
    }
}

static inline double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

#endif
