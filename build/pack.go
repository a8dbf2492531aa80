package main

import "context"

func dev(ctx context.Context, p *program, _ []string) error   { return nil }
func pack(ctx context.Context, p *program, _ []string) error  { return nil }
func bench(ctx context.Context, p *program, _ []string) error { return nil }
func shots(ctx context.Context, p *program, _ []string) error { return nil }
