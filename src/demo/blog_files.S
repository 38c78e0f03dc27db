// SPDX-License-Identifier: MIT
// The SQL files of examples/blog, byte by byte; found through the include path.
.macro embed name, file
.global fraiseql_blog_\name
.global fraiseql_blog_\name\()_end
fraiseql_blog_\name:
.incbin "\file"
fraiseql_blog_\name\()_end:
.endm

.section .rodata
embed schema, "schema.sql"
embed views, "views.sql"
embed functions, "functions.sql"
embed data, "data.sql"
embed demo, "demo.sql"
.section .note.GNU-stack,"",@progbits
