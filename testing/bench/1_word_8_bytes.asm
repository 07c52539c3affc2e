# The pair 1_word_8_bytes in the benchmark's image, in the driver's release profile: each way's function, and the routine that it hands to the
# port. Addresses have names. Made by `cargo xtask bench sync --bless`, compared by `cargo xtask bench sync`.
# Compiler: rustc 1.95.0 (59807616e 2026-04-14)

closure_1_word_8_bytes:
    push rbp
    sub rsp,50h
    lea rbp,[rsp+50h]
    mov [rbp-28h],rcx
    mov [rbp-20h],r8
    mov byte ptr [rbp-10h],0
    mov r9d,[rcx+88h]
    mov rax,[rcx+48h]
    mov rcx,[rcx+78h]
    lea rdx,[rbp-1]
    mov [rsp+20h],rdx
    lea rdx,[routine]
    lea r8,[rbp-28h]
    call qword ptr [__guard_dispatch_icall_fptr]
    movzx eax,byte ptr [rbp-10h]
    test rax,rax
    je short L1
    mov rdx,[rbp-18h]
    add rsp,50h
    pop rbp
    ret
L1:
    add rsp,50h
    pop rbp
    ret

routine:
    push rbp
    mov rbp,rsp
    mov rax,[rcx]
    mov rdx,[rcx+8]
    mov r8,[rax+40h]
    add r8,[rdx]
    mov [rax+40h],r8
    mov [rcx+10h],r8
    mov byte ptr [rcx+18h],1
    mov al,1
    pop rbp
    ret

callback_1_word_8_bytes:
    push rbp
    sub rsp,50h
    lea rbp,[rsp+50h]
    mov [rbp-20h],rcx
    mov [rbp-18h],r8
    mov byte ptr [rbp-1],0
    mov rax,[rcx]
    mov r10,[rcx+8]
    mov r9d,[rcx+58h]
    lea rcx,[rbp-1]
    mov [rsp+20h],rcx
    lea rdx,[routine]
    lea r8,[rbp-20h]
    mov rcx,r10
    call qword ptr [__guard_dispatch_icall_fptr]
    test eax,eax
    setns al
    cmp byte ptr [rbp-1],0
    setne cl
    and cl,al
    mov rdx,[rbp-10h]
    movzx eax,cl
    add rsp,50h
    pop rbp
    ret

routine:
    push rbp
    mov rbp,rsp
    mov rax,[rcx]
    mov rdx,[rcx+8]
    mov r8,[rax+50h]
    add r8,[rdx]
    mov [rax+50h],r8
    mov [rcx+10h],r8
    mov al,1
    pop rbp
    ret
