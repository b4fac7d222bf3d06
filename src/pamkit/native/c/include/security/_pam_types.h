/* The words that programs, modules and library share: codes, flags, items, messages, the handle.
 *
 * Numbers and layouts are the ABI of Linux-PAM. Include pam_appl.h or pam_modules.h, not this.
 */
#ifndef _SECURITY__PAM_TYPES_H
#define _SECURITY__PAM_TYPES_H

/* Which interface this is: Linux-PAM 1.7. Programs test the first. */
#define __LINUX_PAM__ 1
#define __LINUX_PAM_MINOR__ 7

/* --- what the compiler is told about functions ------------------------------------------------ */

#if defined(__GNUC__) && defined(__GNUC_MINOR__)
#define PAM_GNUC_PREREQ(maj, min) \
    (__GNUC__ > (maj) || (__GNUC__ == (maj) && __GNUC_MINOR__ >= (min)))
#else
#define PAM_GNUC_PREREQ(maj, min) 0
#endif

/* Arguments of printf: PAM_FORMAT((printf, 3, 4)). */
#if PAM_GNUC_PREREQ(2, 5)
#define PAM_FORMAT(params) __attribute__((__format__ params))
#else
#define PAM_FORMAT(params)
#endif

#if PAM_GNUC_PREREQ(3, 1)
#define PAM_DEPRECATED __attribute__((__deprecated__))
#else
#define PAM_DEPRECATED
#endif

/* Arguments a caller may not leave out: PAM_NONNULL((1, 2)).
 * The library itself does test them, so its own compiler may not assume anything. */
#if PAM_GNUC_PREREQ(3, 3) && !defined(LIBPAM_COMPILE)
#define PAM_NONNULL(params) __attribute__((__nonnull__ params))
#else
#define PAM_NONNULL(params)
#endif

/* --- return codes ----------------------------------------------------------------------------- */

#define PAM_SUCCESS 0                 /* granted; everything else is a refusal */
#define PAM_OPEN_ERR 1                /* a module could not be loaded */
#define PAM_SYMBOL_ERR 2              /* a module lacks a function */
#define PAM_SERVICE_ERR 3             /* something went wrong inside a module */
#define PAM_SYSTEM_ERR 4              /* something went wrong in the system or the library */
#define PAM_BUF_ERR 5                 /* out of memory */
#define PAM_PERM_DENIED 6             /* not permitted */
#define PAM_AUTH_ERR 7                /* not who they say they are */
#define PAM_CRED_INSUFFICIENT 8       /* the program may not read what it would have to check */
#define PAM_AUTHINFO_UNAVAIL 9        /* what would have to be checked cannot be reached */
#define PAM_USER_UNKNOWN 10           /* the module does not know the user */
#define PAM_MAXTRIES 11               /* tried too often: do not try again */
#define PAM_NEW_AUTHTOK_REQD 12       /* the token must be changed first */
#define PAM_ACCT_EXPIRED 13           /* the account has expired */
#define PAM_SESSION_ERR 14            /* a session could not be opened or closed */
#define PAM_CRED_UNAVAIL 15           /* credentials cannot be reached */
#define PAM_CRED_EXPIRED 16           /* credentials have expired */
#define PAM_CRED_ERR 17               /* credentials could not be set */
#define PAM_NO_MODULE_DATA 18         /* no data is kept under that name */
#define PAM_CONV_ERR 19               /* the conversation failed */
#define PAM_AUTHTOK_ERR 20            /* the token could not be changed or had */
#define PAM_AUTHTOK_RECOVERY_ERR 21   /* the old token could not be had */
#define PAM_AUTHTOK_LOCK_BUSY 22      /* the place of tokens is locked */
#define PAM_AUTHTOK_DISABLE_AGING 23  /* tokens do not age here */
#define PAM_TRY_AGAIN 24              /* the preliminary check of a password service failed */
#define PAM_IGNORE 25                 /* a module has no opinion */
#define PAM_ABORT 26                  /* stop at once */
#define PAM_AUTHTOK_EXPIRED 27        /* the token has expired */
#define PAM_MODULE_UNKNOWN 28         /* the policy names a module that is not there */
#define PAM_BAD_ITEM 29               /* no such item, or not for this caller */
#define PAM_CONV_AGAIN 30             /* the conversation waits for something to happen */
#define PAM_INCOMPLETE 31             /* call the library again, it will go on where it stopped */

/* How many codes there are. */
#define _PAM_RETURN_VALUES 32

/* --- flags of the six primitives -------------------------------------------------------------- */

#define PAM_SILENT 0x8000U                   /* any: say nothing to the user */
#define PAM_DISALLOW_NULL_AUTHTOK 0x0001U    /* authenticate, acct_mgmt: no empty passwords */
#define PAM_ESTABLISH_CRED 0x0002U           /* setcred: exactly one of these four */
#define PAM_DELETE_CRED 0x0004U
#define PAM_REINITIALIZE_CRED 0x0008U
#define PAM_REFRESH_CRED 0x0010U
#define PAM_CHANGE_EXPIRED_AUTHTOK 0x0020U   /* chauthtok: only tokens that have expired */

/* --- items ------------------------------------------------------------------------------------ */

#define PAM_SERVICE 1       /* the name that picks the policy */
#define PAM_USER 2          /* who wants to be let in */
#define PAM_TTY 3           /* the terminal */
#define PAM_RHOST 4         /* the host they come from */
#define PAM_CONV 5          /* struct pam_conv: how to talk to them */
#define PAM_AUTHTOK 6       /* the token; modules only */
#define PAM_OLDAUTHTOK 7    /* the token that is being replaced; modules only */
#define PAM_RUSER 8         /* who they are where they come from */
#define PAM_USER_PROMPT 9   /* what to say when asking for a name */
#define PAM_FAIL_DELAY 10   /* void (*)(int code, unsigned usec, void *appdata): waits instead */
#define PAM_XDISPLAY 11     /* the X display */
#define PAM_XAUTHDATA 12    /* struct pam_xauth_data: its authority */
#define PAM_AUTHTOK_TYPE 13 /* a word for prompts: "New <this> password: " */

/* --- module data ------------------------------------------------------------------------------ */

/* Joined to the status a cleanup function is told: do not make a noise about it. */
#define PAM_DATA_SILENT 0x40000000

/* --- the conversation ------------------------------------------------------------------------- */

#define PAM_PROMPT_ECHO_OFF 1 /* ask, hide what is typed */
#define PAM_PROMPT_ECHO_ON 2  /* ask, show what is typed */
#define PAM_ERROR_MSG 3       /* tell of an error */
#define PAM_TEXT_INFO 4       /* tell */
#define PAM_RADIO_TYPE 5      /* Linux-PAM: ask yes, no or maybe */
#define PAM_BINARY_PROMPT 7   /* Linux-PAM: a packet for an agent, see pam_client.h */

/* Advice; nobody enforces it. */
#define PAM_MAX_NUM_MSG 32
#define PAM_MAX_MSG_SIZE 512
#define PAM_MAX_RESP_SIZE 512

struct pam_message {
    int msg_style;
    const char *msg;
};

/* An array of these, and each string in it, comes from malloc; who asked frees them. */
struct pam_response {
    char *resp;
    int resp_retcode; /* always 0 */
};

/* `msg` is an array of pointers, one a message. */
struct pam_conv {
    int (*conv)(int num_msg, const struct pam_message **msg, struct pam_response **resp,
                void *appdata_ptr);
    void *appdata_ptr;
};

struct pam_xauth_data {
    int namelen;
    char *name;
    int datalen;
    char *data;
};

/* --- what both sides call --------------------------------------------------------------------- */

typedef struct pam_handle pam_handle_t;

#ifdef __cplusplus
extern "C" {
#endif

extern int pam_set_item(pam_handle_t *pamh, int item_type, const void *item) PAM_NONNULL((1));
/* What is returned belongs to the library. */
extern int pam_get_item(const pam_handle_t *pamh, int item_type, const void **item)
    PAM_NONNULL((1));

/* Never a null pointer; `pamh` may be one. */
extern const char *pam_strerror(pam_handle_t *pamh, int errnum);

/* "NAME=value" sets, "NAME=" empties, "NAME" deletes. */
extern int pam_putenv(pam_handle_t *pamh, const char *name_value) PAM_NONNULL((1, 2));
extern const char *pam_getenv(pam_handle_t *pamh, const char *name) PAM_NONNULL((1, 2));
/* A copy, from malloc, that ends with a null pointer. */
extern char **pam_getenvlist(pam_handle_t *pamh) PAM_NONNULL((1));

/* Ask for a pause, in microseconds, should the user be refused. Programs test for the macro. */
#define HAVE_PAM_FAIL_DELAY
extern int pam_fail_delay(pam_handle_t *pamh, unsigned int musec_delay);

#ifdef __cplusplus
}
#endif

#endif
