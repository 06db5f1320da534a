// Package architecture holds no code: its test keeps the direction in which
// packages of this module may import each other.
package architecture
