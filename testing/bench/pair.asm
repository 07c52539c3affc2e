; What `cargo xtask bench sync` compares the pair 1_word_8_bytes with; `--bless` writes it anew.
; rustc 1.95.0 (59807616e 2026-04-14)

closure:
    push rbp
    sub rsp,50h
    lea rbp,[rsp+50h]
    mov rax,rcx
    mov [rbp-28h],rcx
    mov [rbp-20h],r8
    mov byte ptr [rbp-10h],0
    mov r9d,[rcx+28h]
    mov rcx,[rcx+20h]
    lea rdx,[rbp-1]
    mov [rsp+20h],rdx
    lea rdx,[elsewhere]
    lea r8,[rbp-28h]
    call qword ptr [rax]
    movzx eax,byte ptr [rbp-10h]
    test rax,rax
    je .1
    mov rdx,[rbp-18h]
    add rsp,50h
    pop rbp
    ret
.1:
    add rsp,50h
    pop rbp
    ret

callback:
    push rbp
    sub rsp,50h
    lea rbp,[rsp+50h]
    mov rax,rcx
    mov [rbp-20h],rcx
    mov [rbp-18h],r8
    mov byte ptr [rbp-1],0
    mov rcx,[rcx+8]
    mov r9d,[rax+58h]
    lea rdx,[rbp-1]
    mov [rsp+20h],rdx
    lea rdx,[elsewhere]
    lea r8,[rbp-20h]
    call qword ptr [rax]
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
