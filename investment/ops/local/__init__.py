"""
Everything on one machine: our own PostgreSQL and Valkeys, and the processes of the Procfile.

Runs before Django and without it: nothing here imports a model or the settings.
"""
