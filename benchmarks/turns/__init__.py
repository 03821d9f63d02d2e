"""How well the interviewer takes turns with candidates who do what people do; see ``__main__``."""
