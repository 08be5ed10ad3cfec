"""Many runs beside each other, as numbers."""
