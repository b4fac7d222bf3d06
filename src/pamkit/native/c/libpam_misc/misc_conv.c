/* misc_conv: the conversation function of programs that talk through a terminal or through pipes. */

#include <libintl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exported.h"
#include "question.h"

static bool answer_message(const struct pam_message *message, void *appdata, char **answer);
static bool answer_binary(const void *prompt, void *appdata, char **answer);
static bool show(FILE *stream, const char *text);
static void drop_replies(struct pam_response *replies, const struct pam_message **messages,
                         int count, void *appdata);
static void drop_binary_reply(char *reply, void *appdata);

/* C: the messages are an array of pointers, as Linux-PAM passes them. */
int misc_conv(int num_msg, const struct pam_message **msgm, struct pam_response **response,
              void *appdata_ptr)
{
    struct pam_response *replies;

    if (num_msg <= 0 || msgm == NULL || response == NULL)
        return PAM_CONV_ERR;
    replies = calloc((size_t)num_msg, sizeof *replies);
    if (replies == NULL)
        return PAM_CONV_ERR;
    for (int i = 0; i < num_msg; i++) {
        if (msgm[i] == NULL || !answer_message(msgm[i], appdata_ptr, &replies[i].resp)) {
            drop_replies(replies, msgm, i, appdata_ptr);
            return PAM_CONV_ERR;
        }
    }
    *response = replies;
    /* Success: every message was shown or answered; an answer may still be NULL. */
    return PAM_SUCCESS;
}

static bool answer_message(const struct pam_message *message, void *appdata, char **answer)
{
    switch (message->msg_style) {
    case PAM_PROMPT_ECHO_OFF:
        return question_ask(message->msg, false, answer);
    case PAM_PROMPT_ECHO_ON:
        return question_ask(message->msg, true, answer);
    case PAM_ERROR_MSG:
        return show(stderr, message->msg);
    case PAM_TEXT_INFO:
        return show(stdout, message->msg);
    case PAM_BINARY_PROMPT:
        return answer_binary(message->msg, appdata, answer);
    default:
        fprintf(stderr, dgettext("Linux-PAM", "erroneous conversation (%d)\n"),
                message->msg_style);
        return false;
    }
}

static bool show(FILE *stream, const char *text)
{
    /* C: what it prints for a text that is not there. */
    return fprintf(stream, "%s\n", text == NULL ? "(null)" : text) >= 0;
}

/*
 * DIALECT: a packet without control or shorter than its own head ends C's program, or crashes it;
 * here the conversation fails.
 */
static bool answer_binary(const void *prompt, void *appdata, char **answer)
{
    pamc_bp_t packet;
    size_t size;

    if (prompt == NULL || pam_binary_handler_fn == NULL)
        return false;
    size = PAM_BP_SIZE(prompt);
    if (size < PAM_BP_MIN_SIZE || PAM_BP_RCONTROL(prompt) == 0)
        return false;
    packet = calloc(1, size + 1);
    if (packet == NULL)
        return false;
    memcpy(packet, prompt, size);
    if (pam_binary_handler_fn(appdata, &packet) != PAM_SUCCESS) {
        /* DIALECT: C leaks it. */
        drop_binary_reply((char *)packet, appdata);
        return false;
    }
    *answer = (char *)packet;
    return packet != NULL;
}

/* Nothing that was answered before the failure may stay in memory. */
static void drop_replies(struct pam_response *replies, const struct pam_message **messages,
                         int count, void *appdata)
{
    for (int i = 0; i < count; i++) {
        if (replies[i].resp == NULL)
            continue;
        if (messages[i]->msg_style == PAM_BINARY_PROMPT) {
            drop_binary_reply(replies[i].resp, appdata);
        } else {
            explicit_bzero(replies[i].resp, strlen(replies[i].resp));
            free(replies[i].resp);
        }
    }
    free(replies);
}

/* DIALECT: C hands the packet itself where its address is asked for, and crashes. */
static void drop_binary_reply(char *reply, void *appdata)
{
    pamc_bp_t packet = (pamc_bp_t)(void *)reply;

    if (packet != NULL && pam_binary_handler_free != NULL)
        pam_binary_handler_free(appdata, &packet);
}
