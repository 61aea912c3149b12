import django.db.models.deletion
import mandat.apps.ballots.models.fields
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Roll',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('process', models.CharField(max_length=120, unique=True)),
                        ('programme', models.CharField(max_length=80)),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(max_length=300)),
                        ('least_age', models.PositiveSmallIntegerField(null=True)),
                        ('closed_list', models.BooleanField(default=False)),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballot_rolls', to='custody.subject')),
                        ('salt', mandat.apps.custody.sealing.SealedTextField(bind='reference', null=True, subject='holder')),
                        ('opened_on', models.DateField()),
                        ('forgotten_at', models.DateTimeField(null=True)),
                        ('voters_then', models.PositiveIntegerField(null=True)),
                    ],
                    options={
                        'verbose_name': 'roll',
                    },
                ),
                migrations.CreateModel(
                    name='Voter',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voters', to='ballots.roll')),
                        ('channel', models.CharField(choices=[('account', 'account'), ('oidc', 'digital identity'), ('roll', 'roll of voters'), ('code', 'code on paper'), ('desk', 'at a desk'), ('paper', 'paper ballot'), ('organisation', 'organisation')], max_length=12)),
                        ('area', models.CharField(blank=True, max_length=80)),
                        ('age_band', models.CharField(blank=True, max_length=10)),
                        ('listed', models.BooleanField(default=False)),
                        ('enrolled_on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'voter',
                    },
                ),
                migrations.CreateModel(
                    name='Nullifier',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nullifiers', to='ballots.roll')),
                        ('value', models.CharField(max_length=64)),
                        ('voter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nullifiers', to='ballots.voter')),
                    ],
                    options={
                        'verbose_name': 'nullifier',
                        'constraints': [models.UniqueConstraint(models.F('roll'), models.F('value'), name='ballots_one_voter_an_identity')],
                    },
                ),
                migrations.CreateModel(
                    name='CodeBatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='code_batches', to='ballots.roll')),
                        ('number', models.PositiveIntegerField()),
                        ('made_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('count', models.PositiveIntegerField()),
                        ('named', models.BooleanField(default=False)),
                        ('purpose', models.CharField(blank=True, max_length=200)),
                        ('area', models.CharField(blank=True, max_length=80)),
                        ('revoked_at', models.DateTimeField(null=True)),
                        ('revoked_why', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'verbose_name': 'batch of codes',
                        'constraints': [models.UniqueConstraint(models.F('roll'), models.F('number'), name='ballots_one_batch_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Code',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='ballots.codebatch')),
                        ('digest', models.CharField(max_length=81, unique=True)),
                        ('voter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='ballots.voter')),
                        ('expires_at', models.DateTimeField(null=True)),
                        ('revoked', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'code',
                    },
                ),
                migrations.CreateModel(
                    name='DeskAct',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_acts', to='ballots.roll')),
                        ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('what', models.CharField(choices=[('enrolled', 'put someone on the roll'), ('code', 'gave a code'), ('paper', 'noted a paper vote')], max_length=12)),
                        ('reason', models.CharField(max_length=300)),
                        ('on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'act at a desk',
                    },
                ),
                migrations.CreateModel(
                    name='RollImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='ballots.roll')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('filename', models.CharField(max_length=255)),
                        ('lines', models.PositiveIntegerField(default=0)),
                        ('new', models.PositiveIntegerField(default=0)),
                        ('known', models.PositiveIntegerField(default=0)),
                        ('refused', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'list received',
                    },
                ),
                migrations.CreateModel(
                    name='Poll',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('roll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='polls', to='ballots.roll')),
                        ('code', models.CharField(max_length=120)),
                        ('reference', models.CharField(max_length=40, unique=True)),
                        ('programme', models.CharField(max_length=80)),
                        ('source', models.CharField(blank=True, db_index=True, max_length=200)),
                        ('definition', models.JSONField()),
                        ('digest', models.CharField(max_length=64)),
                        ('measures', models.JSONField(default=list)),
                        ('commitments', models.JSONField(default=list)),
                        ('opens_at', models.DateTimeField()),
                        ('closes_at', models.DateTimeField()),
                        ('state', models.CharField(choices=[('open', 'open'), ('counted', 'counted'), ('cancelled', 'cancelled')], default='open', max_length=10)),
                        ('key', models.TextField()),
                        ('synthetic', models.BooleanField(default=False)),
                        ('counted_at', models.DateTimeField(null=True)),
                        ('cancelled_why', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'poll',
                        'indexes': [models.Index(models.F('state'), models.F('closes_at'), name='ballots_polls_to_close')],
                        'constraints': [models.UniqueConstraint(models.F('roll'), models.F('code'), name='ballots_one_poll_a_code')],
                    },
                ),
                migrations.CreateModel(
                    name='Mark',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='ballots.poll')),
                        ('voter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='ballots.voter')),
                        ('channel', models.CharField(choices=[('account', 'account'), ('oidc', 'digital identity'), ('roll', 'roll of voters'), ('code', 'code on paper'), ('desk', 'at a desk'), ('paper', 'paper ballot'), ('organisation', 'organisation')], max_length=12)),
                        ('on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'mark of the roll',
                        'constraints': [models.UniqueConstraint(models.F('poll'), models.F('voter'), name='ballots_one_vote_a_voter')],
                    },
                ),
                migrations.CreateModel(
                    name='Boxed',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='box', to='ballots.poll')),
                        ('sealed', models.BinaryField()),
                    ],
                    options={
                        'verbose_name': 'ballot in the box',
                    },
                ),
                migrations.CreateModel(
                    name='Ballot',
                    fields=[
                        ('id', mandat.apps.ballots.models.fields.RandomKeyField(default=mandat.apps.ballots.models.fields.random_key, editable=False, primary_key=True, serialize=False)),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='ballots.poll')),
                        ('content', models.TextField()),
                    ],
                    options={
                        'verbose_name': 'published ballot',
                        'indexes': [models.Index(models.F('poll'), models.F('id'), name='ballots_list_by_receipt')],
                    },
                ),
                migrations.CreateModel(
                    name='Turnout',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turnout', to='ballots.poll')),
                        ('channel', models.CharField(choices=[('account', 'account'), ('oidc', 'digital identity'), ('roll', 'roll of voters'), ('code', 'code on paper'), ('desk', 'at a desk'), ('paper', 'paper ballot'), ('organisation', 'organisation')], max_length=12)),
                        ('area', models.CharField(blank=True, max_length=80)),
                        ('shard', models.PositiveSmallIntegerField(default=0)),
                        ('count', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'turnout',
                        'constraints': [models.UniqueConstraint(models.F('poll'), models.F('channel'), models.F('area'), models.F('shard'), name='ballots_one_count_a_shard')],
                    },
                ),
                migrations.CreateModel(
                    name='Unfinished',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unfinished', to='ballots.poll')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'ballot begun',
                        'constraints': [models.UniqueConstraint(models.F('poll'), models.F('user'), name='ballots_begun_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Result',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='result', to='ballots.poll')),
                        ('outcome', models.JSONField()),
                        ('root', models.CharField(max_length=64)),
                        ('ballots', models.PositiveIntegerField()),
                        ('voters', models.PositiveIntegerField()),
                        ('marks', models.PositiveIntegerField()),
                        ('turnout', models.JSONField()),
                        ('counted_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'result',
                    },
                ),
                migrations.CreateModel(
                    name='Block',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='ballots.poll')),
                        ('number', models.PositiveIntegerField()),
                        ('first', models.BigIntegerField()),
                        ('count', models.PositiveIntegerField()),
                        ('root', models.CharField(max_length=64)),
                    ],
                    options={
                        'verbose_name': 'block of the list',
                        'constraints': [models.UniqueConstraint(models.F('poll'), models.F('number'), name='ballots_one_block_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='PaperBatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='ballots.poll')),
                        ('number', models.PositiveIntegerField()),
                        ('place', models.CharField(max_length=200)),
                        ('state', models.CharField(choices=[('open', 'voters sign the roll'), ('counted', 'counted by hand'), ('entered', 'entered, to be checked'), ('sealed', 'in the box')], default='open', max_length=10)),
                        ('signed', models.PositiveIntegerField(default=0)),
                        ('valid', models.PositiveIntegerField(null=True)),
                        ('blank', models.PositiveIntegerField(null=True)),
                        ('spoiled', models.PositiveIntegerField(null=True)),
                        ('entries', mandat.apps.custody.sealing.SealedJSONField(bind='seal', null=True)),
                        ('seal', models.UUIDField(unique=True)),
                        ('boxed', models.PositiveIntegerField(default=0)),
                        ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'batch of paper ballots',
                        'constraints': [models.UniqueConstraint(models.F('poll'), models.F('number'), name='ballots_one_urn_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Explanation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='ballots.poll')),
                        ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='ballots.paperbatch')),
                        ('difference', models.IntegerField()),
                        ('text', models.CharField(max_length=1000)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'difference explained',
                    },
                ),
                migrations.CreateModel(
                    name='Imported',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('poll', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='ballots.poll')),
                        ('body', models.JSONField()),
                        ('digest', models.CharField(max_length=64)),
                        ('election', models.CharField(blank=True, max_length=300)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'result of a vote held elsewhere',
                    },
                ),
            ]
        ),
    ]
