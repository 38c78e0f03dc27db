// SPDX-License-Identifier: MIT
// The SQL files of sql/, byte by byte; found through the include path.
.macro embed name
.global fraiseql_install_\name
.global fraiseql_install_\name\()_end
fraiseql_install_\name:
.incbin "\name\().sql"
fraiseql_install_\name\()_end:
.endm

.section .rodata
#define X(name, grants) embed name
#include "install/modules.def"
.section .note.GNU-stack,"",@progbits
