/* Login records that many processes write at once, through C's own libraries: the yardstick.
 * Usage: records WHAT PROCESSES EACH PLACE USER...
 * Every process does EACH of WHAT, with the user of its number; prints the seconds until the last
 * one is done.
 *   count    a failed login is counted by pam_faillock, through libpam's service `count`
 *   forget   one is counted, and the failures are forgotten, through `forget`
 *   utmp     somebody comes and goes, by pututxline(3) on PLACE/utmp
 *   wtmp     a record is put behind the others, by updwtmpx(3) on PLACE/wtmp
 *   sessions the statements that the registry of sessions makes, by SQLite on PLACE/sessions */

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

/* SQLite may be there without its headers. */
typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
extern int sqlite3_open(const char *, sqlite3 **);
extern int sqlite3_close(sqlite3 *);
extern int sqlite3_busy_timeout(sqlite3 *, int);
extern int sqlite3_exec(sqlite3 *, const char *, void *, void *, char **);
extern int sqlite3_prepare_v2(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
extern int sqlite3_bind_text(sqlite3_stmt *, int, const char *, int, void (*)(void *));
extern int sqlite3_bind_parameter_count(sqlite3_stmt *);
extern int sqlite3_step(sqlite3_stmt *);
extern int sqlite3_reset(sqlite3_stmt *);
extern int sqlite3_changes(sqlite3 *);

enum { SQLITE_OK = 0, SQLITE_ROW = 100, SQLITE_DONE = 101, MOST = 64, STATEMENTS = 8 };

static const char *place;

static void expect(int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "records: %s\n", what);
        _exit(2);
    }
}

static const char *in_place(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", place, name);
    return path;
}

static int silent(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    (void)messages, (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int authenticated(const char *service, const char *user)
{
    const struct pam_conv conversation = { silent, NULL };
    pam_handle_t *handle = NULL;
    expect(pam_start(service, user, &conversation, &handle) == PAM_SUCCESS, "no start");
    int code = pam_authenticate(handle, 0);
    pam_end(handle, code);
    return code;
}

static void count_failures(long number, long each, const char *user)
{
    (void)number;
    for (long i = 0; i < each; i++)
        expect(authenticated("count", user) == PAM_PERM_DENIED, "not counted");
}

static void forget(long number, long each, const char *user)
{
    (void)number;
    for (long i = 0; i < each; i++) {
        expect(authenticated("count", user) == PAM_PERM_DENIED, "not counted");
        expect(authenticated("forget", user) == PAM_SUCCESS, "not forgotten");
    }
}

static struct utmpx entry(long number, short kind, const char *user)
{
    struct utmpx made = { .ut_type = kind, .ut_pid = getpid() };
    snprintf(made.ut_line, sizeof made.ut_line, "pts/%ld", number);
    snprintf(made.ut_id, sizeof made.ut_id, "%03ld", number);
    strncpy(made.ut_user, kind == USER_PROCESS ? user : "", sizeof made.ut_user);
    made.ut_tv.tv_sec = (int)time(NULL);
    return made;
}

static void put(const struct utmpx *made)
{
    setutxent();
    expect(pututxline(made) != NULL, "not in utmp");
    endutxent();
}

static void come_and_go(long number, long each, const char *user)
{
    expect(utmpxname(in_place("utmp")) == 0, "no utmp");
    for (long i = 0; i < each; i++) {
        const struct utmpx here = entry(number, USER_PROCESS, user);
        put(&here);
        const struct utmpx gone = entry(number, DEAD_PROCESS, user);
        put(&gone);
    }
}

static void append(long number, long each, const char *user)
{
    for (long i = 0; i < each; i++) {
        const struct utmpx made = entry(number, USER_PROCESS, user);
        updwtmpx(in_place("wtmp"), &made);
    }
}

static void session(sqlite3_stmt **steps, int count, long number, long at, sqlite3 *database)
{
    char name[33];
    snprintf(name, sizeof name, "%016lx%016lx", number, at);
    for (int i = 0; i < count; i++) {
        for (int word = sqlite3_bind_parameter_count(steps[i]); word > 0; word--)
            sqlite3_bind_text(steps[i], word, name, -1, NULL);
        int code = sqlite3_step(steps[i]);
        expect(code == SQLITE_DONE || code == SQLITE_ROW, "a statement fails");
        expect(i == 0 || code == SQLITE_ROW || sqlite3_changes(database) == 1, "not changed");
        sqlite3_reset(steps[i]);
    }
}

/* PLACE/statements has the settings in its first line, then one statement in each. */
static void keep_sessions(long number, long each, const char *user)
{
    (void)user;
    char line[4096];
    sqlite3 *database;
    sqlite3_stmt *steps[STATEMENTS];
    int count = 0;
    FILE *file = fopen(in_place("statements"), "r");
    expect(file != NULL && fgets(line, sizeof line, file) != NULL, "no statements");
    expect(sqlite3_open(in_place("sessions"), &database) == SQLITE_OK, "no file");
    sqlite3_busy_timeout(database, 20000);
    expect(sqlite3_exec(database, line, NULL, NULL, NULL) == SQLITE_OK, "no settings");
    while (count < STATEMENTS && fgets(line, sizeof line, file) != NULL)
        expect(sqlite3_prepare_v2(database, line, -1, &steps[count++], NULL) == SQLITE_OK, line);
    for (long i = 0; i < each; i++)
        session(steps, count, number, i, database);
}

static const struct {
    const char *name;
    void (*work)(long number, long each, const char *user);
} deeds[] = { { "count", count_failures },
              { "forget", forget },
              { "utmp", come_and_go },
              { "wtmp", append },
              { "sessions", keep_sessions } };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    long processes = strtol(argv[2], NULL, 10), each = strtol(argv[3], NULL, 10);
    place = argv[4];
    expect(processes > 0 && processes <= MOST && each > 0, "how many?");
    void (*work)(long, long, const char *) = NULL;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        if (strcmp(argv[1], deeds[i].name) == 0)
            work = deeds[i].work;
    expect(work != NULL, "what?");
    double before = seconds();
    for (long i = 0; i < processes; i++) {
        pid_t child = fork();
        expect(child >= 0, "no process");
        if (child == 0) {
            work(i, each, argv[5 + i % (argc - 5)]);
            _exit(0);
        }
    }
    for (long i = 0; i < processes; i++) {
        int status;
        expect(wait(&status) > 0 && status == 0, "a process failed");
    }
    printf("%.6f\n", seconds() - before);
    return 0;
}
