"""Every page of the app in every state that it has, and how to bring each about.

`states.py` is the catalogue, `seed.py` the rows that it shows, `stage.py` opens a state in the
dashboard's frame, `looks.py` looks at it and `pictures.py` compares what it looks like.
"""
