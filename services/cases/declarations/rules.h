/*
 * rules.h - when a wish can be declared, and when it can be withdrawn. Pure: base only.
 *
 * Return is voluntary: up to boarding nothing stands in the way of a withdrawal (domain.md, declaration).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* DeclarationInput: declaration.oral (interpreter and witness), declaration.future, declaration.guardian (its
 * own). */
void rules_declaration_input(struct arena *a, const json_t *body, int64_t now_us, struct fault_list *faults);

/* phase: of the case's status (beforeBoarding, afterBoarding, ended, closed). ERR_CONFLICT case.departed,
 * case.ended. */
MUST_CHECK err_t rules_declaration_sign(const char *phase);
/* ERR_CONFLICT declaration.withdrawn, case.departed. A case that has ended without a journey does not stand
 * in the way. */
MUST_CHECK err_t rules_declaration_withdraw(struct opt_i64 withdrawn_us, const char *phase);
/* The same without the error: for allowedActions, where the phase is not known. */
bool rules_declaration_stands(struct opt_i64 withdrawn_us);
