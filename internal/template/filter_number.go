package template

import (
	"errors"
	"math/big"
)

// onNumbers makes a filter of a function on two numbers.
func onNumbers(reckon func(a, b decimal) (decimal, error)) filter {
	return filter{1, 1, func(_ *renderer, value any, arguments []any) (any, error) {
		a, err := reckonable(value)
		if err != nil {
			return nil, err
		}
		b, err := reckonable(arguments[0])
		if err != nil {
			return nil, err
		}
		result, err := reckon(a, b)
		if err != nil {
			return nil, err
		}
		return result.number()
	}}
}

func plus(a, b decimal) (decimal, error) {
	return decimal{new(big.Rat).Add(a.rat, b.rat), a.whole && b.whole}, nil
}

func minus(a, b decimal) (decimal, error) {
	return decimal{new(big.Rat).Sub(a.rat, b.rat), a.whole && b.whole}, nil
}

func times(a, b decimal) (decimal, error) {
	return decimal{new(big.Rat).Mul(a.rat, b.rat), a.whole && b.whole}, nil
}

var errByZero = errors.New("nothing can be divided by 0")

// dividedBy divides; whole numbers give a whole one, rounded down.
func dividedBy(a, b decimal) (decimal, error) {
	if b.rat.Sign() == 0 {
		return decimal{}, errByZero
	}
	quotient := decimal{new(big.Rat).Quo(a.rat, b.rat), a.whole && b.whole}
	if quotient.whole {
		quotient.rat = floor(quotient.rat)
	}
	return quotient, nil
}

// modulo is what a division leaves; it has the divisor's sign.
func modulo(a, b decimal) (decimal, error) {
	if b.rat.Sign() == 0 {
		return decimal{}, errByZero
	}
	whole := floor(new(big.Rat).Quo(a.rat, b.rat))
	rest := new(big.Rat).Sub(a.rat, whole.Mul(whole, b.rat))
	return decimal{rest, a.whole && b.whole}, nil
}

// maxRound is how many decimals round may be asked for.
const maxRound = 100

// filterRound rounds to so many decimals, none by default; halves go away from 0.
func filterRound(_ *renderer, value any, arguments []any) (any, error) {
	number, err := reckonable(value)
	if err != nil {
		return nil, err
	}
	decimals := 0
	if len(arguments) > 0 {
		decimals, _ = wholeNumber(arguments[0])
	}
	if decimals < 0 || decimals > maxRound {
		return nil, errors.New("it rounds to between 0 and 100 decimals")
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	magnitude := new(big.Rat).Abs(number.rat)
	scaled := floor(magnitude.Mul(magnitude, scale).Add(magnitude, big.NewRat(1, 2)))
	if number.rat.Sign() < 0 {
		scaled.Neg(scaled)
	}
	return decimal{scaled.Quo(scaled, scale), number.whole || decimals == 0}.number()
}

func filterFloor(_ *renderer, value any, _ []any) (any, error) {
	number, err := reckonable(value)
	if err != nil {
		return nil, err
	}
	return decimal{floor(number.rat), true}.number()
}

func filterCeil(_ *renderer, value any, _ []any) (any, error) {
	number, err := reckonable(value)
	if err != nil {
		return nil, err
	}
	negative := floor(number.rat.Neg(number.rat))
	return decimal{negative.Neg(negative), true}.number()
}

func filterAbs(_ *renderer, value any, _ []any) (any, error) {
	number, err := reckonable(value)
	if err != nil {
		return nil, err
	}
	return decimal{number.rat.Abs(number.rat), number.whole}.number()
}
