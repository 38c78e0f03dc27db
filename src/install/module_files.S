// SPDX-License-Identifier: MIT
// The SQL files of sql/, byte by byte; found through the include path.
.macro embed name, file
.global fraiseql_install_\name
.global fraiseql_install_\name\()_end
fraiseql_install_\name:
.incbin "\file"
fraiseql_install_\name\()_end:
.endm

.section .rodata
embed audit, "audit.sql"
embed cache, "cache.sql"
embed counts, "counts.sql"
embed auth, "auth.sql"
embed ddl, "ddl.sql"
embed events, "events.sql"
embed idempotency, "idempotency.sql"
embed limits, "limits.sql"
embed rbac, "rbac.sql"
embed turbo, "turbo.sql"
.section .note.GNU-stack,"",@progbits
