import django.db.models.deletion
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
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('subject', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='organisation', to='custody.subject')),
                        ('siret', models.CharField(blank=True, max_length=14, verbose_name='SIRET')),
                        ('siren', models.CharField(blank=True, db_index=True, max_length=9, verbose_name='SIREN')),
                        ('rna', models.CharField(blank=True, max_length=10, verbose_name='RNA number')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('short_name', models.CharField(blank=True, max_length=80, verbose_name='short name')),
                        ('legal_category', models.CharField(blank=True, max_length=4, verbose_name='legal category')),
                        ('naf', models.CharField(blank=True, max_length=6, verbose_name='activity (NAF)')),
                        ('address', models.CharField(blank=True, max_length=250, verbose_name='address')),
                        ('postcode', models.CharField(blank=True, max_length=5, verbose_name='postcode')),
                        ('commune', models.CharField(blank=True, max_length=5, verbose_name='commune')),
                        ('commune_name', models.CharField(blank=True, max_length=100, verbose_name='name of the commune')),
                        ('headcount', models.CharField(blank=True, max_length=2, verbose_name='headcount')),
                        ('state', models.CharField(choices=[('active', 'active'), ('ceased', 'closed'), ('unknown', 'not known')], default='unknown', max_length=8, verbose_name='state in the register')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                        ('diffusible', models.BooleanField(default=True)),
                        ('declared', models.JSONField(default=list)),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read in the register on')),
                        ('email', mandat.apps.custody.sealing.SealedTextField(blank=True, null=True, subject='subject', verbose_name='e-mail address')),
                        ('telephone', mandat.apps.custody.sealing.SealedTextField(blank=True, null=True, subject='subject', verbose_name='telephone')),
                        ('by_link', models.BooleanField(default=False, help_text='named by another organisation only: nobody entered it')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed on')),
                        ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created on')),
                    ],
                    options={
                        'verbose_name': 'organisation',
                        'indexes': [models.Index(models.F('name'), name='organisations_by_name')],
                        'constraints': [models.UniqueConstraint(models.F('siret'), condition=models.Q(('siret', ''), _negated=True), name='organisations_one_a_siret'), models.UniqueConstraint(models.F('rna'), condition=models.Q(('rna', ''), _negated=True), name='organisations_one_an_rna')],
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='organisations.organisation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('rank', models.CharField(choices=[('owner', 'owner'), ('editor', 'editor'), ('reader', 'reader')], max_length=8, verbose_name='role')),
                        ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='joined on')),
                    ],
                    options={
                        'verbose_name': 'member',
                        'constraints': [models.UniqueConstraint(models.F('organisation'), models.F('user'), name='organisations_one_membership')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='organisations.organisation')),
                        ('email', mandat.apps.custody.sealing.SealedTextField(null=True, verbose_name='e-mail address')),
                        ('email_index', mandat.apps.custody.sealing.BlindIndexField(db_index=True, editable=False, max_length=81, null=True, source='email')),
                        ('rank', models.CharField(choices=[('owner', 'owner'), ('editor', 'editor'), ('reader', 'reader')], max_length=8, verbose_name='role')),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('sent_at', models.DateTimeField(auto_now_add=True, verbose_name='sent on')),
                        ('expires_at', models.DateTimeField(verbose_name='valid until')),
                    ],
                    options={
                        'verbose_name': 'invitation',
                    },
                ),
                migrations.CreateModel(
                    name='JoinRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='organisations.organisation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked on')),
                    ],
                    options={
                        'verbose_name': 'request to join',
                        'constraints': [models.UniqueConstraint(models.F('organisation'), models.F('user'), name='organisations_one_request')],
                    },
                ),
                migrations.CreateModel(
                    name='Control',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='controls', to='organisations.organisation')),
                        ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='controlled_by', to='organisations.organisation')),
                        ('why', models.CharField(choices=[('majority', 'majority of the votes'), ('appoints', 'appoints most of those who direct it'), ('contract', 'dominant influence by contract or statutes'), ('agreement', 'majority by agreement with others')], max_length=10, verbose_name='reason')),
                        ('share', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='share of the votes (%)')),
                        ('since', models.DateField(verbose_name='since')),
                        ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                        ('declared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('declared_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'control',
                        'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('child')), _negated=True), name='organisations_controls_another'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='organisations_control_ends_after'), models.UniqueConstraint(models.F('parent'), models.F('child'), condition=models.Q(('until__isnull', True)), name='organisations_one_control')],
                    },
                ),
            ]
        ),
    ]
