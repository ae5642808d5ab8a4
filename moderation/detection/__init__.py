"""What looks at messages and says which rule they touch: no models, no database, no clock. What follows is decided above."""
