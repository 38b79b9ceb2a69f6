# SPDX-License-Identifier: Apache-2.0
# One interface target carries every compiler flag.
add_library(barometre_flags INTERFACE)
set(common -Wall -Wextra -Wpedantic -Wshadow -Wwrite-strings -Wcast-qual -Wformat=2 -Wvla -Wundef
	-Wimplicit-fallthrough -Wnull-dereference -fno-common)
set(c_only -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
target_compile_options(barometre_flags INTERFACE ${common} "$<$<COMPILE_LANGUAGE:C>:${c_only}>")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(barometre_flags INTERFACE
		"$<$<COMPILE_LANGUAGE:C>:-Wjump-misses-init;-Wduplicated-cond;-Wlogical-op;-Wuse-after-free=3>")
endif()
if(BAROMETRE_WERROR)
	target_compile_options(barometre_flags INTERFACE -Werror)
endif()
if(BAROMETRE_SANITIZE)
	target_compile_options(barometre_flags INTERFACE -fsanitize=${BAROMETRE_SANITIZE}
		-fno-omit-frame-pointer -fno-sanitize-recover=undefined)
	target_link_options(barometre_flags INTERFACE -fsanitize=${BAROMETRE_SANITIZE})
	link_libraries(-fsanitize=${BAROMETRE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
	target_compile_options(barometre_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
		-fstack-protector-strong -fstack-clash-protection)
	target_link_options(barometre_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
target_compile_definitions(barometre_flags INTERFACE _GNU_SOURCE BAROMETRE_VERSION="${PROJECT_VERSION}")
